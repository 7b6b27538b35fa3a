namespace Espalier.Structure;

/// <summary>What a target counts.</summary>
public enum PruneMeasure
{
    /// <summary>Parameters of role weight.</summary>
    Parameters,

    /// <summary>Multiply-accumulates, by the conventions of <see cref="Graphs.CostModel"/>.</summary>
    Macs,

    /// <summary>Units of the groups that are ranked: channels, heads.</summary>
    Channels,
}
