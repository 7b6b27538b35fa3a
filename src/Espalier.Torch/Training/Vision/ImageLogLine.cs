using System.Globalization;

namespace Espalier.Torch.Training.Vision;

/// <summary>A line of the log of image training.</summary>
internal sealed record ImageLogLine(
    int Step, double Epoch, double Loss, double LabelLoss, double LogitLoss, double InnerLoss, double Lr, double GradNorm, double ImagesPerSecond, double Seconds)
{
    public static ImageLogLine Of(ImageTrainingProgress progress) => new(
        progress.Step,
        Math.Round(progress.Epoch, 3),
        Math.Round(progress.Loss, 5),
        Math.Round(progress.LabelLoss, 5),
        Math.Round(progress.LogitLoss, 5),
        Math.Round(progress.InnerLoss, 7),
        double.Parse(progress.LearningRate.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        Math.Round(progress.GradientNorm, 4),
        Math.Round(progress.ImagesPerSecond, 1),
        Math.Round(progress.Elapsed.TotalSeconds, 1));
}
