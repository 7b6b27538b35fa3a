using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>Units to remove, and what that makes of the model.</summary>
/// <param name="Groups">Groups that lose units, in the order of the graph.</param>
/// <param name="Whole">Groups that were not ranked, and why.</param>
/// <param name="Before">Sizes before the removal.</param>
/// <param name="After">Predicted sizes after it; exact.</param>
public sealed record RemovalPlan(IReadOnlyList<GroupRemoval> Groups, IReadOnlyList<WholeGroup> Whole, StructureSize Before, StructureSize After)
{
    /// <summary>Units by group, as surgery takes them.</summary>
    public IReadOnlyDictionary<CoupledGroup, IReadOnlyCollection<int>> Removals =>
        Groups.ToDictionary(removal => removal.Group, removal => (IReadOnlyCollection<int>)removal.Units);
}

/// <summary>What one group loses.</summary>
/// <param name="Group">The group.</param>
/// <param name="Units">Units that go, ascending; not all of them.</param>
public sealed record GroupRemoval(CoupledGroup Group, IReadOnlyList<int> Units)
{
    /// <summary>Number of units that stay.</summary>
    public int Kept => Group.Size - Units.Count;
}

/// <summary>A group that keeps all of its units.</summary>
/// <param name="Group">The group.</param>
/// <param name="Reason">Why it was not ranked, as part of a sentence.</param>
public sealed record WholeGroup(CoupledGroup Group, string Reason);

/// <summary>Size of a model.</summary>
/// <param name="Parameters">Parameters of role weight.</param>
/// <param name="Macs">Multiply-accumulates of one forward pass for the sizes that were given.</param>
/// <param name="Units">Units of the groups that may shrink.</param>
public sealed record StructureSize(long Parameters, long Macs, long Units);
