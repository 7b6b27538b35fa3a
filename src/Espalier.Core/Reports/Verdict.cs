namespace Espalier.Reports;

/// <summary>
/// The verdict: one sentence that follows from the numbers alone. It claims nothing that was not measured, and says so; a latency counts as changed only
/// beyond the spread of its runs.
/// </summary>
public static class Verdict
{
    // Below this relative difference two files, or two perplexities, are called the same.
    private const double Same = 0.0005;

    /// <summary>The sentence for a report; <see cref="PruneReport.Verdict"/> is not read.</summary>
    /// <param name="report">The report.</param>
    public static string Of(PruneReport report)
    {
        var latencies = LatencyComparison.Of(report);
        var sentence = $"{Done(report)}{Quality(report)}; {LatencyClause.Of(latencies)} and {Disk(report)}";
        return $"{sentence}{Conclusion(report, latencies)}.";
    }

    private static string Done(PruneReport report)
    {
        var weights = report.Layers.Sum(layer => (long)layer.Rows * layer.Columns);
        var zeros = report.Layers.Sum(layer => layer.Zeros);
        var removed = weights - report.Layers.Sum(layer => layer.Kept);
        var parts = new List<string>();
        if (Shrunk(report))
        {
            var (before, after) = (report.Before.Parameters, report.After.Parameters);
            var word = after < before ? "fell" : "rose";
            parts.Add($"The parameters {word} from {Quantity.Large(before)} to {Quantity.Large(after)} ({Quantity.Ratio((double)after / before)})");
        }
        if (weights > 0 && (zeros > 0 || !Shrunk(report)))
        {
            var share = Quantity.Percent((double)zeros / weights);
            var text = $"{share} of the prunable weights are zero";
            if (report.Recipe.Pattern != "unstructured") text += $" in the pattern {report.Recipe.Pattern}";
            if (zeros < removed) text += $" although the masks remove {Quantity.Percent((double)removed / weights)}";
            var already = (double)report.Layers.Sum(layer => layer.ZerosBefore) / weights;
            if (already >= 0.0005) text += $" ({Quantity.Percent(already)} were before)";
            parts.Add(text);
        }
        return parts.Count == 0 ? "No layer was pruned" : string.Join(", ", parts);
    }

    private static string Quality(PruneReport report)
    {
        if (report.PerplexityAfter is not { } after) return ", perplexity after was not measured";
        if (!double.IsFinite(after.Perplexity)) return ", and the perplexity is no longer finite: the model is broken";
        var value = Quantity.Short(after.Perplexity);
        if (report.PerplexityBefore is not { } before) return $", perplexity is {value} (before: not measured)";
        if (!Comparable(before, after)) return $", perplexity is {value} (before: measured by another protocol, not comparable)";
        var ratio = after.Perplexity / before.Perplexity;
        if (!double.IsFinite(ratio)) return $", perplexity is {value} (before: not finite)";
        if (Math.Abs(ratio - 1) < Same) return $", perplexity stayed at {value}";
        return $", perplexity {(ratio > 1 ? "rose" : "fell")} from {Quantity.Short(before.Perplexity)} to {value} ({Quantity.Ratio(ratio)})";
    }

    private static string Disk(PruneReport report)
    {
        var (before, after) = (report.Before.Bytes, report.After.Bytes);
        if (before <= 0 || after <= 0) return "the size on disk is not known";
        if (IsSameSize(report)) return "the file has the same size";
        // A change of the element type changes the size too; the reader must not credit the pruning with it.
        var type = report.Recipe.OutputType == "same" ? "" : $", written as {report.Recipe.OutputType}";
        return after < before
            ? $"the file is {Quantity.Ratio((double)before / after)} smaller ({Quantity.Bytes(before)} to {Quantity.Bytes(after)}{type})"
            : $"the file is {Quantity.Ratio((double)after / before)} larger ({Quantity.Bytes(before)} to {Quantity.Bytes(after)}{type})";
    }

    private static string Conclusion(PruneReport report, IReadOnlyList<LatencyComparison> latencies)
    {
        var measured = latencies.Where(pair => pair.Outcome != LatencyOutcome.NotCompared).ToList();
        if (report.Layers.Count == 0 || measured.Count == 0) return "";
        if (measured.Any(pair => pair.Outcome == LatencyOutcome.Faster)) return "";
        var smaller = report.After.Bytes > 0 && report.After.Bytes < report.Before.Bytes && !IsSameSize(report);
        if (Shrunk(report)) return smaller ? "" : ": nothing is gained there";
        return $": masks alone give {(smaller ? "no speed" : "nothing")} there; a sparse runtime or structured pruning is needed";
    }

    private static bool Shrunk(PruneReport report) => report.Before.Parameters > 0 && report.After.Parameters != report.Before.Parameters;

    private static bool IsSameSize(PruneReport report) => Math.Abs(((double)report.After.Bytes / report.Before.Bytes) - 1) < Same;

    /// <summary>Whether two perplexities follow the same protocol: same tokens, same windows, same arithmetic.</summary>
    internal static bool Comparable(PerplexityReport a, PerplexityReport b) => a.Window == b.Window && a.Stride == b.Stride && a.Windows == b.Windows
        && a.Tokens == b.Tokens && a.Data.TokensSha256 == b.Data.TokensSha256 && a.Arithmetic == b.Arithmetic;
}
