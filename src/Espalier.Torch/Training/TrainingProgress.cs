namespace Espalier.Torch.Training;

/// <summary>Where a training run stands.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Loss">Mean training loss of the steps since the last message, nats per token.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="GradientNorm">Euclidean norm of the last step's gradient, before clipping.</param>
/// <param name="TokensPerSecond">Training tokens per second since the last message, evaluations and checkpoints not counted.</param>
/// <param name="HeldOutLoss">Held-out loss in nats per token, if it was evaluated at this step.</param>
/// <param name="Elapsed">Time of the run, all sittings together.</param>
/// <param name="TimeLeft">Estimate from this sitting's pace.</param>
public sealed record TrainingProgress(int Step, int TotalSteps, double Loss, double LearningRate, double GradientNorm, double TokensPerSecond, double? HeldOutLoss, TimeSpan Elapsed, TimeSpan TimeLeft);
