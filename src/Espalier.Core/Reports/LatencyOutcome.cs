namespace Espalier.Reports;

/// <summary>What two measured latencies say about each other.</summary>
public enum LatencyOutcome
{
    /// <summary>Only one of the two was measured.</summary>
    NotCompared,

    /// <summary>The difference is within the spread of the runs, or too small to matter.</summary>
    Unchanged,

    /// <summary>Faster after, beyond the spread.</summary>
    Faster,

    /// <summary>Slower after, beyond the spread.</summary>
    Slower,
}
