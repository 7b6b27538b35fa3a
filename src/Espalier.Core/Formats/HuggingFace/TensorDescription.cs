using Espalier.Tensors;

namespace Espalier.Formats.HuggingFace;

/// <summary>A tensor that a model of some configuration has.</summary>
/// <param name="Name">Its name in checkpoints.</param>
/// <param name="Shape">Its shape; matrices of linear layers are [out, in].</param>
public sealed record TensorDescription(string Name, TensorShape Shape);
