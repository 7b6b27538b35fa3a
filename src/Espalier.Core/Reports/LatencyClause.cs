namespace Espalier.Reports;

/// <summary>The part of the verdict about latencies.</summary>
internal static class LatencyClause
{
    public static string Of(IReadOnlyList<LatencyComparison> all)
    {
        var pairs = all.Where(pair => pair.Outcome != LatencyOutcome.NotCompared).ToList();
        if (pairs.Count == 0) return all.Count == 0 ? "latency was not measured" : "latency was measured on one side only, so nothing follows about speed";
        var runtimes = pairs.GroupBy(pair => pair.Any.Runtime).Select(Runtime);
        return string.Join("; ", runtimes);
    }

    private static string Runtime(IGrouping<string, LatencyComparison> runtime)
    {
        var pairs = runtime.ToList();
        var clauses = pairs.GroupBy(pair => pair.Outcome).OrderBy(group => group.Key switch
        {
            LatencyOutcome.Faster => 0,
            LatencyOutcome.Slower => 1,
            _ => 2,
        }).Select(group => Clause(group.Key, [.. group], pairs)).ToList();
        return $"in {runtime.Key} {string.Join(", ", clauses)}";
    }

    private static string Clause(LatencyOutcome outcome, IReadOnlyList<LatencyComparison> group, IReadOnlyList<LatencyComparison> all)
    {
        if (outcome == LatencyOutcome.Unchanged && group.Count == all.Count)
        {
            var ratios = string.Join(", ", group.Select(pair => $"{Quantity.Ratio(pair.Speedup)} {Label(pair, all)}"));
            return $"the latency did not change ({ratios}, within the spread)";
        }
        return string.Join(" and ", group.Select(pair => outcome switch
        {
            LatencyOutcome.Faster => $"{Label(pair, all)} is {Quantity.Ratio(pair.Speedup)} as fast",
            LatencyOutcome.Slower => $"{Label(pair, all)} is slower ({Quantity.Ratio(pair.Speedup)} as fast)",
            _ => $"{Label(pair, all)} did not change ({Quantity.Ratio(pair.Speedup)}, within the spread)",
        }));
    }

    // The phase alone where it is unique; else with what tells it from the others.
    private static string Label(LatencyComparison pair, IReadOnlyList<LatencyComparison> all)
    {
        var row = pair.Any;
        var same = all.Where(other => other.Any.Phase == row.Phase).Select(other => other.Any).ToList();
        var label = row.Phase;
        if (same.Any(other => other.Tokens != row.Tokens)) label += $" at {row.Tokens} tokens";
        if (same.Any(other => other.Threads != row.Threads)) label += $" on {row.Threads} threads";
        if (same.Any(other => other != row && other.Tokens == row.Tokens && other.Threads == row.Threads)) label += $" of {ModelName.Of(row.Model)}";
        return label;
    }
}
