using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>Squared output errors, summed over outputs and averaged over samples, as the moments predict them; on the same samples the measured
/// ones are equal but for rounding.</summary>
/// <param name="None">Slicing alone.</param>
/// <param name="BiasOnly">Slicing with the best bias.</param>
/// <param name="Repaired">The weights and bias of the result.</param>
public sealed record RepairErrors(double None, double BiasOnly, double Repaired);

/// <summary>A repaired layer.</summary>
public sealed record RepairResult
{
    /// <summary>W', outputs x |K|, columns in the order of the kept features.</summary>
    public required DoubleMatrix Weight { get; init; }

    /// <summary>The new bias; null when the layer had none and the bias was not repaired.</summary>
    public required double[]? Bias { get; init; }

    /// <summary>Predicted errors.</summary>
    public required RepairErrors Errors { get; init; }

    /// <summary>Lambda as a fraction of the mean diagonal of C_KK; 0 when nothing was solved.</summary>
    public required double DampingUsed { get; init; }

    /// <summary>One message for every time that the damping was raised.</summary>
    public required IReadOnlyList<string> Messages { get; init; }
}
