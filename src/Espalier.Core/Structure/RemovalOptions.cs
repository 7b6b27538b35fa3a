using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>Where units compete.</summary>
public enum RankingScope
{
    /// <summary>Within their group: every group loses the same share.</summary>
    Local,

    /// <summary>All units of all groups together.</summary>
    Global,
}

/// <summary>Limits of a removal.</summary>
public sealed record RemovalOptions
{
    /// <summary>Where units compete.</summary>
    public RankingScope Scope { get; init; } = RankingScope.Global;

    /// <summary>Share of its units that a group keeps at least; never less than one unit.</summary>
    public double MinimumKeep { get; init; } = 0.1;

    /// <summary>Surviving widths are multiples of this number, where the group is not smaller.</summary>
    public int RoundTo { get; init; } = 1;

    /// <summary>Kinds of units that may go.</summary>
    public IReadOnlySet<UnitKind> Kinds { get; init; } = new HashSet<UnitKind> { UnitKind.Channel, UnitKind.Head };

    /// <summary>Names of groups to leave whole; <c>*</c> stands for any text.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
