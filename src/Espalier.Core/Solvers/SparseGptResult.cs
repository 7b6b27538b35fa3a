using Espalier.Sparsity;

namespace Espalier.Solvers;

/// <summary>Where the time of a solve went, in seconds of wall time.</summary>
/// <param name="Factor">Cholesky factorisation of H; 0 when a factor was given.</param>
/// <param name="Select">Thresholds of the column blocks.</param>
/// <param name="Inner">The sweeps inside column blocks, and moving weights in and out of lanes.</param>
/// <param name="Trailing">Products that carry the compensation from block to block.</param>
public sealed record SparseGptTimes(double Factor, double Select, double Inner, double Trailing)
{
    /// <summary>The sum of all parts.</summary>
    public double Total => Factor + Select + Inner + Trailing;
}

/// <summary>What SparseGPT did to one layer; the new weights are in the matrix that was passed.</summary>
public sealed record SparseGptResult
{
    /// <summary>Which weights are kept.</summary>
    public required Mask Mask { get; init; }

    /// <summary>Half of tr(D H D^T), D = old minus new weights, H with damping: the number that the official code prints as
    /// error.</summary>
    public required double PredictedLoss { get; init; }

    /// <summary>The fraction of the mean diagonal that was added in the end.</summary>
    public required double DampingUsed { get; init; }

    /// <summary>One message for every time that the factorisation failed and the damping was raised.</summary>
    public required IReadOnlyList<string> DampingEscalations { get; init; }

    /// <summary>Inputs that were zero in all calibration data; their weights are set to zero.</summary>
    public required IReadOnlyList<int> DeadInputs { get; init; }

    /// <summary>The grid of the rows when the weights were rounded.</summary>
    public RowGrid? Grid { get; init; }

    /// <summary>Where the time went.</summary>
    public required SparseGptTimes Seconds { get; init; }
}
