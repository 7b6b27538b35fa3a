using System.Globalization;
using Espalier.Reports;
using Spectre.Console;

namespace Espalier.Cli.Commands;

/// <summary>Prints what a run gained and lost.</summary>
internal static class ReportView
{
    /// <summary>The before/after table and the verdict.</summary>
    public static void Print(Consoles consoles, PruneReport report, string output)
    {
        string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
        string F(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        var table = new Table().Border(TableBorder.Minimal).AddColumns("", "before", "after");
        if (report.PerplexityBefore is { } before && report.PerplexityAfter is { } after)
            table.AddRow($"perplexity ({before.Windows} x {before.Window} tokens)", F(before.Perplexity, "F3"), F(after.Perplexity, "F3"));
        table.AddRow("parameters", N(report.Before.Parameters), N(report.After.Parameters));
        table.AddRow("of these not zero", N(report.Before.NonZero), N(report.After.NonZero));
        table.AddRow($"MACs ({N(report.Before.MacsSequence)} tokens)", N(report.Before.Macs), N(report.After.Macs));
        table.AddRow("bytes of weights on disk", N(report.Before.Bytes), N(report.After.Bytes));
        foreach (var pair in LatencyComparison.Of(report))
        {
            string Milliseconds(LatencyReport? latency) => latency is null ? "not measured" : F(latency.MedianMilliseconds, "F2");
            table.AddRow(Markup.Escape($"ms, {pair.Any.Runtime}, {pair.Any.Phase} {pair.Any.Tokens}"), Milliseconds(pair.Before), Milliseconds(pair.After));
        }
        consoles.Output.Write(table);
        var errors = report.Layers.Where(layer => layer.RelativeError is not null).Select(layer => layer.RelativeError!.Value).Order().ToArray();
        var error = errors.Length == 0 ? "" : $"; relative layer error median {F(errors[errors.Length / 2], "F3")}, largest {F(errors[^1], "F3")}";
        consoles.Line($"sparsity of the pruned layers {F(100 * report.Sparsity, "F3")} %{error}");
        consoles.Line(string.Create(CultureInfo.InvariantCulture, $"time {report.Time.Total:F1} s: forward {report.Time.Forward:F1}, statistics {report.Time.Statistics:F1}, solve {report.Time.Solve:F1}, write {report.Time.Write:F1}; peak memory {report.PeakMemoryBytes / 1e6:F0} MB above the start"));
        foreach (var layer in report.Layers)
        {
            foreach (var remark in layer.Remarks) consoles.Note($"{layer.Name}: {remark}");
        }
        if (report.Verdict is not null) consoles.Line(report.Verdict);
        consoles.Line($"written: {output} (report.html, report.json, README.md)");
    }
}
