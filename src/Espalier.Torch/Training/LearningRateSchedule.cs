namespace Espalier.Torch.Training;

/// <summary>Linear warm-up, then half a cosine down to a floor (Loshchilov and Hutter 2017, without restarts).</summary>
/// <param name="peak">Rate at the end of the warm-up.</param>
/// <param name="warmupSteps">Steps of the warm-up.</param>
/// <param name="totalSteps">All steps.</param>
/// <param name="finalFraction">Rate of the last step as a fraction of the peak.</param>
public sealed class LearningRateSchedule(double peak, int warmupSteps, int totalSteps, double finalFraction)
{
    /// <summary>The rate of a step, counted from 1.</summary>
    public double At(int step)
    {
        if (step <= warmupSteps) return peak * step / warmupSteps;
        var progress = totalSteps <= warmupSteps + 1 ? 1 : (step - warmupSteps - 1.0) / (totalSteps - warmupSteps - 1);
        var cosine = (1 + Math.Cos(Math.PI * Math.Min(progress, 1))) / 2;
        return peak * (finalFraction + ((1 - finalFraction) * cosine));
    }
}
