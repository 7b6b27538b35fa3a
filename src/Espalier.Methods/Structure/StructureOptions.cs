using Espalier.Recipes;
using Espalier.Solvers;
using Espalier.Structure;

namespace Espalier.Methods.Structure;

/// <summary>Options that all structural methods share.</summary>
public sealed record StructureOptions
{
    /// <summary>Where units compete.</summary>
    [Option("where units compete: global (all groups together) or local (each group loses the same share)")]
    public RankingScope Scope { get; init; } = RankingScope.Global;

    /// <summary>Share of its units that a group keeps at least.</summary>
    [Option("share of its units that a group keeps at least; never less than one unit")]
    [OptionRange(0, 1)]
    public double MinimumKeep { get; init; } = 0.1;

    /// <summary>Surviving widths are multiples of this.</summary>
    [Option("surviving widths are multiples of this, where the group is not smaller")]
    [OptionRange(1, 4096)]
    public int RoundTo { get; init; } = 1;

    /// <summary>Allow features of heads and blocks too.</summary>
    [Option("let features of attention heads and whole convolution groups go too, not only channels and heads")]
    public bool AllUnits { get; init; }

    /// <summary>How consumers are refitted; needs data.</summary>
    [Option("how consumers of removed units are refitted: none, bias-only, span or full; the method's own choice if left out")]
    public RepairVariant? Repair { get; init; }

    /// <summary>Whether the dense model's outputs are the target of the repair.</summary>
    [Option("repair towards the dense model's outputs, not the layer's present ones; the method's own choice if left out")]
    public bool? DenseTarget { get; init; }

    /// <summary>Damping of the repair.</summary>
    [Option("damping of the repair as a fraction of the mean diagonal; 0.01 with few samples, else 1e-6, if left out")]
    [OptionRange(0, 10)]
    public double? Damping { get; init; }

    /// <summary>Positions of each image that the repair uses.</summary>
    [Option("positions of each image that the repair uses; 0 for all")]
    [OptionRange(0, 1000000)]
    public int Positions { get; init; }
}
