using Espalier.Formats;

namespace Espalier.Reports;

/// <summary>Refuses reports whose numbers contradict each other, so that what is derived from a report can rely on them.</summary>
internal static class ReportChecks
{
    private const int Format = 1;
    private const int MaxBins = 4096;

    public static void Check(PruneReport report, string name)
    {
        if (report.Format != Format)
        {
            throw new InvalidFileException(name, $"the report has format {report.Format}, this version reads format {Format}", "format", "Use a newer version of Espalier");
        }
        foreach (var layer in report.Layers)
        {
            if (layer is null) throw Fault(name, "layers", "a layer is null");
            if (LayerProblem(layer) is { } problem) throw Fault(name, $"layer {NearNames.Quote(layer.Name)}", problem);
        }
        if (report.LeftDense.Any(text => text is null)) throw Fault(name, "leftDense", "an item is null");
        if (report.Recipe.Exclude.Any(text => text is null)) throw Fault(name, "recipe.exclude", "an item is null");
        if (report.Recipe.Options.Values.Any(text => text is null)) throw Fault(name, "recipe.options", "a value is null");
        if (report.Latencies.Any(latency => latency is null)) throw Fault(name, "latencies", "an item is null");
        if (Parts(report.Time).Any(part => !(part >= 0) || double.IsInfinity(part))) throw Fault(name, "time", "a part is not a time");
        foreach (var size in new[] { report.Before, report.After })
        {
            if (size.Parameters < 0 || size.NonZero < 0 || size.NonZero > size.Parameters || size.Macs < 0 || size.MacsSequence < 0 || size.Bytes < 0)
            {
                throw Fault(name, "before or after", "the counts contradict each other");
            }
        }
    }

    private static string? LayerProblem(LayerReport layer)
    {
        var count = (long)layer.Rows * layer.Columns;
        if (layer.Rows < 1 || layer.Columns < 1) return "the layer has no weights";
        if (!Within(layer.Kept, count) || !Within(layer.Zeros, count) || !Within(layer.ZerosBefore, count)) return "a count exceeds the weights of the layer";
        if (!float.IsFinite(layer.HistogramLimit) || layer.HistogramLimit < 0) return "the limit of the histograms is not a size";
        if (layer.HistogramBefore.Count != layer.HistogramAfter.Count || layer.HistogramBefore.Count > MaxBins) return "the histograms do not match";
        if (!layer.HistogramBefore.All(bin => Within(bin, count)) || !layer.HistogramAfter.All(bin => Within(bin, count))) return "a bin exceeds the weights of the layer";
        return layer.Remarks.Any(remark => remark is null) ? "a remark is null" : null;
    }

    private static bool Within(long value, long count) => value >= 0 && value <= count;

    private static double[] Parts(TimeSplit time) => [time.Forward, time.Statistics, time.Solve, time.Write];

    private static InvalidFileException Fault(string name, string part, string problem) =>
        new(name, problem, part, "Use the report.json of a run as it was written");
}
