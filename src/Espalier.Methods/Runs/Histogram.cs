namespace Espalier.Methods.Runs;

/// <summary>Counts of weights in equal bins from -limit to limit.</summary>
internal static class Histogram
{
    private const int Bins = 64;

    /// <summary>Counts values; beyond the limit they fall into the outermost bins. Exact zeros are left out on demand.</summary>
    public static long[] Count(ReadOnlySpan<float> values, float limit, bool skipZeros)
    {
        var counts = new long[Bins];
        var scale = limit > 0 ? Bins / (2 * limit) : 0;
        foreach (var value in values)
        {
            if (skipZeros && value == 0) continue;
            counts[Math.Clamp((int)((value + limit) * scale), 0, Bins - 1)]++;
        }
        return counts;
    }
}
