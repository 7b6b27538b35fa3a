using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>Factors a symmetric matrix with damping; when that fails the damping is raised, and every raise leaves a message.</summary>
internal static class DampedFactor
{
    private const double HighestDamping = 1;

    /// <summary>A feature whose moment is below this fraction of the largest is constant but for rounding.</summary>
    private const double DeadFraction = 1e-24;

    /// <summary>Factors A + damping mean(diagonal) I.</summary>
    /// <param name="a">n x n, unchanged. Features that never varied get the mean of the others as diagonal, so that nothing is built on them.</param>
    /// <param name="damping">Fraction of the mean diagonal.</param>
    /// <param name="lambda">The amount itself, instead of a fraction.</param>
    /// <param name="settings">Threads.</param>
    /// <param name="messages">Receives one message for every raise.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <returns>The factor, the fraction that it took, and the amount that it added to the diagonal.</returns>
    /// <exception cref="EspalierException">Numbers that are not finite, or no damping helps.</exception>
    public static (CholeskyFactor Factor, double Fraction, double Amount) Create(
        DoubleMatrix a, double damping, double? lambda, KernelSettings settings, List<string> messages, string? layer)
    {
        if (!((lambda ?? damping) >= 0) || double.IsInfinity(lambda ?? damping))
            throw new UsageException($"a damping of {lambda ?? damping} is impossible", layer ?? "damping", "Use a small positive fraction such as 0.01");
        var n = a.Rows;
        var largest = 0.0;
        for (var j = 0; j < n; j++)
        {
            if (!double.IsFinite(a[j, j]) || a[j, j] < 0)
                throw new EspalierException($"the second moment of feature {j} is {a[j, j]}", layer,
                    "Look for NaN, infinity or overflow in the calibration activations of this layer");
            largest = Math.Max(largest, a[j, j]);
        }
        var (sum, live, dead) = (0.0, 0, largest * DeadFraction);
        for (var j = 0; j < n; j++)
        {
            if (a[j, j] <= dead) continue;
            sum += a[j, j];
            live++;
        }
        var mean = live == 0 ? 1 : sum / live;
        for (var fraction = lambda / mean ?? damping; ; fraction = Next(fraction))
        {
            var work = a.Clone();
            for (var j = 0; j < n; j++) work[j, j] = (a[j, j] <= dead ? mean : a[j, j]) + (fraction * mean);
            if (CholeskyFactor.Create(work, settings, out var failed) is { } factor) return (factor, fraction, fraction * mean);
            if (Next(fraction) > HighestDamping)
            {
                throw new EspalierException($"the second moments cannot be factored: the pivot of feature {failed} is not positive even with a"
                    + $" damping of {fraction} times the mean diagonal", layer, "Check the calibration activations, and use more of them");
            }
            messages.Add($"The second moments{(layer is null ? "" : $" of {layer}")} are not positive definite with a damping of {fraction}"
                + $" (pivot of feature {failed}); retried with {Next(fraction)}. More calibration samples help.");
        }
    }

    private static double Next(double fraction) => fraction == 0 ? 1e-6 : fraction * 10;
}
