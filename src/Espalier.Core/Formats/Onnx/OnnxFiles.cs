namespace Espalier.Formats.Onnx;

/// <summary>What was written.</summary>
/// <param name="ModelPath">The model.</param>
/// <param name="ModelBytes">Its size in bytes.</param>
/// <param name="DataPath">The file of external data, or null if all tensors are in the model.</param>
/// <param name="DataBytes">Its size in bytes.</param>
public sealed record OnnxFiles(string ModelPath, long ModelBytes, string? DataPath, long DataBytes);
