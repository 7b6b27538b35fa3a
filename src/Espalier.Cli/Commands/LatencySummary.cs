using System.Globalization;
using Espalier.Reports;

namespace Espalier.Cli.Commands;

/// <summary>What a pair of measurements says, in sentences.</summary>
internal static class LatencySummary
{
    /// <summary>One sentence per runtime and phase: the ratio, and whether it is beyond the spread.</summary>
    public static IReadOnlyList<string> Compare(IReadOnlyList<LatencyReport> reports, string dense, string pruned) =>
    [
        .. reports.Where(report => report.Model == dense).Select(before =>
        {
            var after = reports.Single(report => report.Model == pruned && report.Runtime == before.Runtime && report.Phase == before.Phase);
            var ratio = before.MedianMilliseconds / after.MedianMilliseconds;
            var beyond = after.UpperQuartile < before.LowerQuartile ? "faster" : after.LowerQuartile > before.UpperQuartile ? "slower" : "no difference beyond the spread";
            return string.Create(CultureInfo.InvariantCulture, $"{before.Runtime}, {before.Phase}: {ratio:F2}x ({beyond})");
        }),
    ];
}
