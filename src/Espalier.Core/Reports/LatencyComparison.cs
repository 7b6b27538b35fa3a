namespace Espalier.Reports;

/// <summary>A latency before and after, in the same runtime, phase, length and number of threads.</summary>
/// <param name="Before">The model before, if it was measured.</param>
/// <param name="After">The model after, if it was measured.</param>
public sealed record LatencyComparison(LatencyReport? Before, LatencyReport? After)
{
    /// <summary>Differences of the medians below this fraction are not called a change, however narrow the quartiles are.</summary>
    public const double LeastChange = 0.02;

    /// <summary>The row that is there; the one after if both are.</summary>
    public LatencyReport Any => After ?? Before ?? throw new InvalidOperationException("A comparison holds at least one measurement.");

    /// <summary>Median before divided by median after: above 1 is faster. NaN if not compared.</summary>
    public double Speedup => Before is null || After is null ? double.NaN : Before.MedianMilliseconds / After.MedianMilliseconds;

    /// <summary>Faster or slower only if the ranges between the quartiles do not overlap and the medians differ by <see cref="LeastChange"/> or more.</summary>
    public LatencyOutcome Outcome
    {
        get
        {
            if (Before is null || After is null || !(Speedup > 0) || double.IsInfinity(Speedup)) return LatencyOutcome.NotCompared;
            if (Math.Abs(Before.MedianMilliseconds - After.MedianMilliseconds) < LeastChange * Before.MedianMilliseconds) return LatencyOutcome.Unchanged;
            if (After.UpperQuartile < Before.LowerQuartile) return LatencyOutcome.Faster;
            return After.LowerQuartile > Before.UpperQuartile ? LatencyOutcome.Slower : LatencyOutcome.Unchanged;
        }
    }

    /// <summary>Pairs the latencies of a report; the model before is that of its recipe.</summary>
    public static IReadOnlyList<LatencyComparison> Of(PruneReport report) => Of(report.Latencies, report.Recipe.Model);

    /// <summary>
    /// Pairs latencies. Rows of one runtime, phase, length and number of threads belong together; the row of the model named is the one
    /// before, or the first if none names it; each other row is compared to it. A row alone stays alone.
    /// </summary>
    /// <param name="latencies">The rows.</param>
    /// <param name="modelBefore">Model of the rows before.</param>
    public static IReadOnlyList<LatencyComparison> Of(IEnumerable<LatencyReport> latencies, string modelBefore)
    {
        var comparisons = new List<LatencyComparison>();
        foreach (var group in latencies.GroupBy(row => (row.Runtime, row.Phase, row.Tokens, row.Threads)))
        {
            var rows = group.ToList();
            var before = rows.FirstOrDefault(row => row.Model == modelBefore) ?? (rows.Count > 1 ? rows[0] : null);
            if (rows.Count == 1) comparisons.Add(before is null ? new(null, rows[0]) : new(before, null));
            else comparisons.AddRange(rows.Where(row => !ReferenceEquals(row, before)).Select(after => new LatencyComparison(before, after)));
        }
        return comparisons;
    }
}
