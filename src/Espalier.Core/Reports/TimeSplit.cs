namespace Espalier.Reports;

/// <summary>Where the time of a run went, in seconds of wall clock.</summary>
/// <param name="Forward">Forward passes, both of each block.</param>
/// <param name="Statistics">Accumulating statistics of layer inputs.</param>
/// <param name="Solve">Scoring, selecting, solving.</param>
/// <param name="Write">Reading weights, journal and output.</param>
public sealed record TimeSplit(double Forward, double Statistics, double Solve, double Write)
{
    /// <summary>Sum of the parts.</summary>
    public double Total => Forward + Statistics + Solve + Write;
}
