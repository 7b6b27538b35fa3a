namespace Espalier.Torch.Training;

/// <summary>What came out of a training run.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="TrainedTokens">Tokens predicted in training, repetitions counted.</param>
/// <param name="FinalLoss">Training loss of the last logged steps, nats per token.</param>
/// <param name="HeldOutLoss">Held-out loss after the last step, nats per token; null without held-out text.</param>
/// <param name="Seconds">Time of the run, all sittings together.</param>
public sealed record TrainingResult(int Steps, long TrainedTokens, double FinalLoss, double? HeldOutLoss, double Seconds);
