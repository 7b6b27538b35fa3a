using System.Globalization;
using Espalier.Recipes;

namespace Espalier.Reports.Rendering;

/// <summary>What is needed to repeat a run: names and values, for any rendering.</summary>
internal static class ProtocolRows
{
    public static IReadOnlyList<(string Name, string Value)> Of(PruneReport report)
    {
        var rows = new List<(string, string)>
        {
            ("Method", $"{report.MethodTitle} ({report.Recipe.Method})"),
            ("Paper", report.Paper),
            ("Architecture", report.Architecture),
            ("Seed", report.Recipe.Seed.ToString(CultureInfo.InvariantCulture)),
        };
        if (report.Calibration is { } calibration)
        {
            rows.Add(("Calibration", $"{Quantity.Count(report.CalibrationSamples)} samples of {Quantity.Count(report.CalibrationLength)} tokens"));
            Data(rows, "Calibration", calibration);
        }
        else
        {
            rows.Add(("Calibration", "no data used"));
        }
        var (before, after) = (report.PerplexityBefore, report.PerplexityAfter);
        if (before is not null && after is not null && Verdict.Comparable(before, after)) Perplexity(rows, "Perplexity", after);
        else
        {
            if (before is not null) Perplexity(rows, "Perplexity before", before);
            if (after is not null) Perplexity(rows, "Perplexity after", after);
        }
        rows.Add(("Machine", report.Machine));
        rows.Add(("Espalier", report.EspalierVersion));
        var finished = report.Finished.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        rows.Add(("Finished", report.Resumed ? $"{finished}, resumed after an interruption" : finished));
        rows.Add(("Peak memory", $"{Quantity.Bytes(report.PeakMemoryBytes)} above the memory before the run"));
        return rows;
    }

    /// <summary>The recipe as YAML with paths reduced to names: hashes identify the data, and folders of a machine say nothing to others.</summary>
    public static string Recipe(PruneReport report)
    {
        var recipe = report.Recipe with { Model = ModelName.Of(report.Recipe.Model), Data = report.Recipe.Data is { } data ? ModelName.Of(data) : null };
        return RecipeYamlWriter.Write(recipe);
    }

    private static void Perplexity(List<(string, string)> rows, string name, PerplexityReport report)
    {
        rows.Add((name, $"{Quantity.Count(report.Windows)} windows of {Quantity.Count(report.Window)} tokens, stride {Quantity.Count(report.Stride)}, "
            + $"{Quantity.Count(report.Tokens)} predicted tokens, {report.Arithmetic}"));
        Data(rows, name, report.Data);
    }

    private static void Data(List<(string, string)> rows, string name, DataProtocol data)
    {
        rows.Add(($"{name} data", $"{data.File}, {data.Preparation}"));
        rows.Add(($"{name} data SHA-256", data.Sha256));
        rows.Add(($"{name} tokenizer", data.Tokenizer));
        rows.Add(($"{name} tokens SHA-256", data.TokensSha256));
    }
}
