using System.Globalization;
using System.Text;
using Espalier.Methods.Structure;

namespace Espalier.Cli.Commands;

/// <summary>The report of a structural run as a Markdown page.</summary>
internal static class StructureMarkdown
{
    /// <summary>Renders it.</summary>
    public static string Render(StructureReport report)
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');
        string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
        Line($"# {Path.GetFileName(report.Output)}");
        Line();
        Line(report.Verdict);
        Line();
        Line("| | before | after |");
        Line("|---|---|---|");
        Line($"| parameters | {N(report.Before.Parameters)} | {N(report.After.Parameters)} |");
        Line($"| MACs | {N(report.Before.Macs)} | {N(report.After.Macs)} |");
        Line($"| bytes | {N(report.BytesBefore)} | {N(report.BytesAfter)} |");
        foreach (var latency in report.Latencies)
            Line(string.Create(CultureInfo.InvariantCulture, $"| latency of {Path.GetFileName(latency.Model)}, {latency.Runtime}, {latency.Threads} threads, {latency.Runs} runs | median {latency.MedianMilliseconds:F2} ms | quartiles {latency.LowerQuartile:F2} - {latency.UpperQuartile:F2} ms |"));
        Line();
        Line($"Method {report.Method}, target {report.Target.Share.ToString("P0", CultureInfo.InvariantCulture)} of {report.Target.Measure.ToString().ToLowerInvariant()} removed, seed {report.Seed}, data: {report.Data ?? "none"}.");
        if (report.Sizes.Count > 0) Line($"MACs at {string.Join(", ", report.Sizes.Select(size => $"{size.Key}={size.Value}"))}.");
        Line();
        Line("## Outputs");
        Line();
        Line($"Relative error of each output against the dense model, on {report.Probe}:");
        Line();
        foreach (var (name, error) in report.OutputErrors) Line($"- `{name}`: {error.ToString("P2", CultureInfo.InvariantCulture)}");
        Line();
        Line("## Groups");
        Line();
        Line("| group | unit | before | after |");
        Line("|---|---|---|---|");
        foreach (var group in report.Groups) Line($"| {group.Name} | {group.Unit.ToLowerInvariant()} | {group.Before} | {group.After} |");
        if (report.LeftWhole.Count > 0)
        {
            Line();
            Line("## Left whole");
            Line();
            foreach (var reason in report.LeftWhole.Distinct()) Line($"- {reason}");
        }
        if (report.Repairs.Count > 0)
        {
            Line();
            Line("## Repairs");
            Line();
            Line("| weight | channels | error of removal | error after repair | remarks |");
            Line("|---|---|---|---|---|");
            foreach (var record in report.Repairs)
                Line(string.Create(CultureInfo.InvariantCulture, $"| {record.Weight} | {record.Kept} of {record.Channels} | {record.Errors?.None:G3} | {record.Errors?.Repaired:G3} | {string.Join("; ", record.Messages)} |"));
        }
        return text.ToString();
    }
}
