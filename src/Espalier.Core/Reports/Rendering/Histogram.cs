namespace Espalier.Reports.Rendering;

/// <summary>Weights per bin before and after, over a range symmetric around zero; as fractions of all weights.</summary>
/// <param name="Limit">The bins run from -limit to limit.</param>
/// <param name="Before">Before.</param>
/// <param name="After">After, zeros left out.</param>
internal sealed record Histogram(double Limit, double[] Before, double[] After)
{
    public static Histogram? Of(LayerReport layer) => layer.HistogramLimit > 0 && layer.HistogramBefore.Count > 0 ? Of([layer]) : null;

    /// <summary>Joins the histograms of several layers on the widest range, spreading each bin evenly over the bins that it overlaps.</summary>
    public static Histogram? Of(IEnumerable<LayerReport> layers)
    {
        var drawn = layers.Where(layer => layer.HistogramLimit > 0 && layer.HistogramBefore.Count > 0).ToList();
        if (drawn.Count == 0) return null;
        var limit = drawn.Max(layer => (double)layer.HistogramLimit);
        var bins = drawn.Max(layer => layer.HistogramBefore.Count);
        var (before, after) = (new double[bins], new double[bins]);
        var weights = drawn.Sum(layer => (double)layer.Rows * layer.Columns);
        foreach (var layer in drawn)
        {
            Spread(layer.HistogramBefore, layer.HistogramLimit, before, limit, weights);
            Spread(layer.HistogramAfter, layer.HistogramLimit, after, limit, weights);
        }
        return new(limit, before, after);
    }

    private static void Spread(IReadOnlyList<long> source, double sourceLimit, double[] target, double limit, double weights)
    {
        // In units of target bins.
        var width = sourceLimit / limit * target.Length / source.Count;
        var start = (1 - (sourceLimit / limit)) * target.Length / 2;
        for (var i = 0; i < source.Count; i++)
        {
            if (source[i] == 0) continue;
            var (from, to) = (start + (i * width), start + ((i + 1) * width));
            for (var bin = Math.Max(0, (int)from); bin < target.Length && bin < to; bin++)
            {
                var overlap = Math.Min(to, bin + 1) - Math.Max(from, bin);
                if (overlap > 0) target[bin] += source[i] / weights * overlap / width;
            }
        }
    }
}
