using Espalier.Numerics;
using Espalier.Sparsity;

namespace Espalier.Methods.Wanda;

/// <summary>
/// Selection by share: every row loses its lowest scores as long as their sum stays within a share alpha of the row's total, so rows with a few
/// large scores lose more weights. Alpha is bisected for the wanted sparsity of the layer. Source: the official code's <c>use_variant</c>.
/// </summary>
public static class AdaptiveSelection
{
    private const double FirstAlpha = 0.4;
    private const double HighestAlpha = 0.8;
    private const double Tolerance = 0.001;

    /// <summary>Finds the share for a sparsity. The mask is that of the last share tried, as in the official code.</summary>
    /// <param name="scores">Saliencies [outputs, inputs], not negative.</param>
    /// <param name="sparsity">Fraction of the layer to remove, in [0, 1); shares end at 0.8, so very high ones are not reached.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <returns>What is kept, and the share.</returns>
    /// <exception cref="UsageException">The sparsity is out of range, or a score is not a number.</exception>
    public static (Mask Mask, double Alpha) Select(Matrix scores, double sparsity, string? layer = null)
    {
        MaskSelector.RequireSparsity(sparsity);
        if (sparsity == 0) return (Mask.Full(scores.Rows, scores.Columns), 0);
        var (low, high, alpha) = (0.0, HighestAlpha, FirstAlpha);
        var mask = AtShare(scores, alpha, layer);
        while (Math.Abs(mask.Sparsity - sparsity) > Tolerance && high - low >= Tolerance)
        {
            if (mask.Sparsity > sparsity) high = alpha;
            else low = alpha;
            alpha = (low + high) / 2;
            mask = AtShare(scores, alpha, layer);
        }
        return (mask, alpha);
    }

    /// <summary>
    /// The mask of one share: with the row's scores in ascending order, the last one whose running sum is at most alpha times the total is the
    /// threshold, and scores up to and including it go. A row in which there is none loses nothing (the official code fails there).
    /// </summary>
    /// <param name="scores">Saliencies [outputs, inputs], not negative.</param>
    /// <param name="alpha">The share, in [0, 1].</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <exception cref="UsageException">A score is not a number.</exception>
    public static Mask AtShare(Matrix scores, double alpha, string? layer = null)
    {
        var mask = Mask.Full(scores.Rows, scores.Columns);
        var sorted = new float[scores.Columns];
        for (var row = 0; row < scores.Rows; row++)
        {
            var values = scores.Row(row);
            values.CopyTo(sorted);
            Array.Sort(sorted);
            // NaN sorts first.
            if (sorted.Length > 0 && float.IsNaN(sorted[0]))
                throw new UsageException($"a score of row {row} is not a number", layer ?? "scores", "Check weights and calibration statistics for NaN or infinity");
            if (Threshold(sorted, alpha) is not { } threshold) continue;
            for (var j = 0; j < values.Length; j++)
            {
                if (values[j] <= threshold) mask[row, j] = false;
            }
        }
        return mask;
    }

    private static float? Threshold(float[] sorted, double alpha)
    {
        var limit = alpha * sorted.Sum(value => (double)value);
        var (sum, count) = (0.0, 0);
        while (count < sorted.Length && (sum += sorted[count]) <= limit) count++;
        return count == 0 ? null : sorted[count - 1];
    }
}
