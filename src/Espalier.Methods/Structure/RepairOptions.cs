using Espalier.Solvers;

namespace Espalier.Methods.Structure;

/// <summary>How consumers are refitted after channels were removed.</summary>
public sealed record RepairOptions
{
    /// <summary>What may change: nothing, the bias, combinations of kept columns, or everything.</summary>
    public RepairVariant Variant { get; init; } = RepairVariant.Full;

    /// <summary>
    /// True: the dense model's output of the layer is the target, so that errors of earlier layers are repaired too (the asymmetric mode of LIAR
    /// and of channel pruning). False: the layer's own output on its present input.
    /// </summary>
    public bool DenseTarget { get; init; } = true;

    /// <summary>
    /// True: where a layer's output is added to a shortcut, the target is corrected by what the shortcut has lost, so that the sum is right
    /// (multi-branch rule of He et al. 2017). Needs a dense target.
    /// </summary>
    public bool ResidualTarget { get; init; } = true;

    /// <summary>Damping as a fraction of the mean diagonal; null for the rule of LIAR.</summary>
    public double? Damping { get; init; }

    /// <summary>Positions of each image that are used; 0 for all.</summary>
    public int Positions { get; init; }

    /// <summary>Seed of the draw of positions.</summary>
    public int Seed { get; init; }
}
