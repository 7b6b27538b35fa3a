namespace Espalier.Structure;

/// <summary>How the scores of a unit's members become one.</summary>
public enum UnitAggregation
{
    /// <summary>Their mean over members.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>Their product.</summary>
    Product,

    /// <summary>That of the first member that makes the channels, or of the first member if none does.</summary>
    First,
}
