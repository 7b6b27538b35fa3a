using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>How far the weights that stay may change to make up for the features that went.</summary>
public enum RepairVariant
{
    /// <summary>Weights and bias are sliced, nothing else.</summary>
    None,

    /// <summary>The bias takes up the mean of what is lost (the correction of FLAP).</summary>
    BiasOnly,

    /// <summary>The new weights are linear combinations of the kept columns, W' = W_K T.</summary>
    Span,

    /// <summary>Any weights: linear least squares. The update of OBS.</summary>
    Full,
}

/// <summary>What the repaired layer shall reproduce.</summary>
public enum RepairTarget
{
    /// <summary>W z + b on the activations z that were recorded: this layer's own output before the cut.</summary>
    Local,

    /// <summary>The targets y recorded with the activations, usually the dense model's output (bias included) on the same samples, so that errors
    /// of earlier layers are repaired too.</summary>
    Recorded,
}

/// <summary>Options of <see cref="LinearRepair"/>.</summary>
public sealed record RepairSettings
{
    /// <summary>What may change.</summary>
    public RepairVariant Variant { get; init; } = RepairVariant.Full;

    /// <summary>What to reproduce.</summary>
    public RepairTarget Target { get; init; } = RepairTarget.Local;

    /// <summary>Repair the bias too, with moments about the mean; otherwise the bias stays as it is and moments about zero are used.</summary>
    public bool RepairBias { get; init; } = true;

    /// <summary>Lambda as a fraction of the mean diagonal of C_KK; null for the rule of <see cref="KeptFactor.DefaultDamping"/>.</summary>
    public double? Damping { get; init; }

    /// <summary>Lambda itself, in the units of the sums, instead of <see cref="Damping"/>; see <see cref="ObsSaliency.Lambda"/>.</summary>
    public double? Lambda { get; init; }

    /// <summary>Threads.</summary>
    public KernelSettings Kernels { get; init; } = KernelSettings.Default;
}
