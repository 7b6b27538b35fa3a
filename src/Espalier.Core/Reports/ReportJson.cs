using System.Text.Json;
using Espalier.Formats;

namespace Espalier.Reports;

/// <summary>Reports as JSON (<c>report.json</c>): keys in camelCase, numbers exact, derived values left out.</summary>
public static class ReportJson
{
    private const int MaxBytes = 256 << 20;

    /// <summary>The JSON text of a report. <see cref="Parse"/> gives the same report back.</summary>
    /// <param name="report">The report.</param>
    public static string Format(PruneReport report) => JsonSerializer.Serialize(report, ReportJsonContext.Default.PruneReport).ReplaceLineEndings("\n") + "\n";

    /// <summary>Reads a report from text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">Name of the source for messages.</param>
    /// <exception cref="InvalidFileException">The text is damaged, has unknown keys, or its numbers contradict each other.</exception>
    public static PruneReport Parse(string json, string name = "report.json")
    {
        if (json.Length > MaxBytes) throw TextFiles.TooLarge(name, MaxBytes, "report");
        try
        {
            var report = JsonSerializer.Deserialize(json, ReportJsonContext.Default.PruneReport)
                ?? throw new InvalidFileException(name, "the report is null");
            ReportChecks.Check(report, name);
            return report;
        }
        catch (JsonException e)
        {
            // The message of the serialiser ends with its own path and line; they are given as the place instead.
            var detail = e.Message.Split(" Path: ")[0].TrimEnd('.');
            var line = e.LineNumber is { } number ? $"line {number + 1}" : "the text";
            var part = string.IsNullOrEmpty(e.Path) ? line : $"{line}, {e.Path}";
            throw new InvalidFileException(name, $"this is not a report of Espalier: {detail}", part, "Use the report.json of a run as it was written", e);
        }
    }

    /// <summary>Reads a report from a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidFileException">As for <see cref="Parse"/>.</exception>
    /// <exception cref="UsageException">There is no such file.</exception>
    public static PruneReport Read(string path) => Parse(TextFiles.Read(path, MaxBytes, "report"), path);

    /// <summary>Writes a report atomically.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public static void Write(PruneReport report, string path) => TextFiles.Write(path, Format(report));
}
