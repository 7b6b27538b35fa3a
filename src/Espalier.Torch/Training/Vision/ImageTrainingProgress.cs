namespace Espalier.Torch.Training.Vision;

/// <summary>Where the training of a classifier stands. Losses are means of the steps since the last message.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Epoch">Passes over the images done, with fraction.</param>
/// <param name="Loss">The whole loss.</param>
/// <param name="LabelLoss">Cross-entropy with the labels, unweighted, nats per image; 0 where labels do not count.</param>
/// <param name="LogitLoss">Distillation of logits, unweighted; 0 without.</param>
/// <param name="InnerLoss">Inner distillation, unweighted: mean squared difference; 0 without.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="GradientNorm">Euclidean norm of the last step's gradient, before clipping.</param>
/// <param name="ImagesPerSecond">Images per second since the last message, checkpoints not counted.</param>
/// <param name="Elapsed">Time of the run, all sittings together.</param>
/// <param name="TimeLeft">Estimate from this sitting's pace.</param>
public sealed record ImageTrainingProgress(
    int Step, int TotalSteps, double Epoch, double Loss, double LabelLoss, double LogitLoss, double InnerLoss, double LearningRate, double GradientNorm, double ImagesPerSecond,
    TimeSpan Elapsed, TimeSpan TimeLeft);

/// <summary>What came out of the training of a classifier.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="Images">Images seen, repetitions counted.</param>
/// <param name="FinalLoss">The whole loss, mean of the steps since the message before the last one.</param>
/// <param name="Seconds">Time of the run, all sittings together.</param>
public sealed record ImageTrainingResult(int Steps, long Images, double FinalLoss, double Seconds);
