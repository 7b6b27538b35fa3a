using Espalier.Reports;

namespace Espalier.Methods.Runs;

/// <summary>
/// Recognises an output that a run of the same fingerprint has completed. Outputs appear by one renaming, so what is there is whole; a process that was
/// killed right after it may have left its run folder behind.
/// </summary>
internal static class CompletedOutput
{
    private const string ReportName = "report.json";

    /// <summary>The report of the completed output, its run folder removed; null if the output is of another run, or none.</summary>
    public static PruneReport? Find(string output, string fingerprint)
    {
        var file = Path.Combine(output, ReportName);
        if (!File.Exists(file)) return null;
        PruneReport report;
        try
        {
            report = ReportJson.Read(file);
        }
        catch (EspalierException)
        {
            return null;
        }
        if (report.RunFingerprint != fingerprint) return null;
        RunFiles.DeleteFolder(RunDirectory.For(output));
        return report;
    }
}
