namespace Espalier.Reports.Rendering;

/// <summary>A row of the table before and after.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Detail">The protocol, short.</param>
/// <param name="Before">Value before, or a dash.</param>
/// <param name="After">Value after, or a dash.</param>
/// <param name="Change">The difference in words.</param>
internal sealed record ComparisonRow(string Name, string Detail, string Before, string After, string Change)
{
    private const string Absent = "–";

    /// <summary>All rows of a report, for any rendering.</summary>
    public static IReadOnlyList<ComparisonRow> Of(PruneReport report)
    {
        var rows = new List<ComparisonRow>();
        if ((report.PerplexityAfter ?? report.PerplexityBefore) is { } perplexity)
        {
            rows.Add(Perplexity(report, perplexity));
        }
        var (before, after) = (report.Before, report.After);
        rows.Add(Of("Parameters", "stored, tied ones once", before.Parameters, after.Parameters, Quantity.Count));
        rows.Add(Of("Non-zero parameters", "", before.NonZero, after.NonZero, Quantity.Count));
        if (before.MacsSequence == after.MacsSequence)
        {
            var pass = $"one dense pass, {Quantity.Count(before.MacsSequence)} tokens";
            rows.Add(Of("Multiply-accumulates", pass, before.Macs, after.Macs, macs => Quantity.Large(macs)));
        }
        rows.Add(Of("Weights on disk", "", before.Bytes, after.Bytes, Quantity.Bytes));
        foreach (var pair in LatencyComparison.Of(report))
        {
            rows.Add(Latency(pair));
            var (memory, memoryAfter) = (pair.Before?.ResidentBytes, pair.After?.ResidentBytes);
            var change = memory is { } m && memoryAfter is { } n ? Difference(m, n) : "not compared";
            rows.Add(new($"Memory, {pair.Any.Phase}", $"{pair.Any.Runtime}, resident growth, a rough figure", Text(memory), Text(memoryAfter), change));
        }
        return rows;
    }

    private static ComparisonRow Of(string name, string detail, long before, long after, Func<long, string> format) =>
        new(name, detail, format(before), format(after), Difference(before, after));

    private static ComparisonRow Perplexity(PruneReport report, PerplexityReport shown)
    {
        var (before, after) = (report.PerplexityBefore, report.PerplexityAfter);
        var change = before is null || after is null ? "not compared"
            : !Verdict.Comparable(before, after) ? "protocols differ"
            : Quantity.Ratio(after.Perplexity / before.Perplexity);
        var windows = $"{Quantity.Count(shown.Windows)} windows of {Quantity.Count(shown.Window)} tokens, stride {Quantity.Count(shown.Stride)}";
        var detail = $"{shown.Data.File}, {windows}, {shown.Arithmetic}";
        return new("Perplexity", detail, Value(before), Value(after), change);

        static string Value(PerplexityReport? report) => report is null ? Absent : Quantity.Short(report.Perplexity);
    }

    private static ComparisonRow Latency(LatencyComparison pair)
    {
        var row = pair.Any;
        var threads = row.Threads == 1 ? "1 thread" : $"{row.Threads} threads";
        var detail = $"{row.Runtime}, {Quantity.Count(row.Tokens)} tokens, {threads}, median of {row.Runs} runs (quartiles)";
        var change = pair.Outcome switch
        {
            LatencyOutcome.Faster => $"{Quantity.Ratio(pair.Speedup)} as fast",
            LatencyOutcome.Slower => $"{Quantity.Ratio(pair.Speedup)} as fast: slower",
            LatencyOutcome.Unchanged => $"{Quantity.Ratio(pair.Speedup)}, within the spread",
            _ => "not compared",
        };
        return new($"Latency, {row.Phase}", detail, Value(pair.Before), Value(pair.After), change);

        static string Value(LatencyReport? report) => report is null ? Absent : $"{Quantity.Milliseconds(report.MedianMilliseconds)} ms "
            + $"({Quantity.Milliseconds(report.LowerQuartile)} to {Quantity.Milliseconds(report.UpperQuartile)})";
    }

    private static string Difference(long before, long after)
    {
        if (before == after) return "same";
        if (before <= 0) return "not compared";
        var percent = ((double)after / before) - 1;
        return $"{(percent < 0 ? "\u2212" : "+")}{Quantity.Percent(Math.Abs(percent))}";
    }

    private static string Text(long? bytes) => bytes is { } value ? Quantity.Bytes(value) : Absent;
}
