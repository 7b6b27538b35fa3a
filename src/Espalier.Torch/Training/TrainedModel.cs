namespace Espalier.Torch.Training;

/// <summary>A model that was trained and written.</summary>
/// <param name="Folder">Where it stands.</param>
/// <param name="Parameters">Trained values; tied matrices count once.</param>
/// <param name="TrainingTokens">Tokens of the training text.</param>
/// <param name="HeldOutTokens">Tokens of the held-out text; 0 without.</param>
/// <param name="Result">Course of the training.</param>
public sealed record TrainedModel(string Folder, long Parameters, int TrainingTokens, int HeldOutTokens, TrainingResult Result);
