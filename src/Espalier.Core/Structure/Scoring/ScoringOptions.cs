namespace Espalier.Structure;

/// <summary>How scores of members become scores of units; equation at <see cref="UnitScores"/>.</summary>
public sealed record ScoringOptions
{
    /// <summary>Over members.</summary>
    public UnitAggregation Aggregation { get; init; } = UnitAggregation.Mean;

    /// <summary>Within a group.</summary>
    public UnitNormalization Normalization { get; init; } = UnitNormalization.Mean;

    /// <summary>Members that count.</summary>
    public MemberParts Parts { get; init; } = MemberParts.Default;
}
