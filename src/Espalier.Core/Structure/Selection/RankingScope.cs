namespace Espalier.Structure;

/// <summary>Which units compete with each other.</summary>
public enum RankingScope
{
    /// <summary>Those of one group: all groups lose the same share.</summary>
    Local,

    /// <summary>All.</summary>
    Global,

    /// <summary>Those of groups with the same pattern of members (Isomorphic Pruning, Fang et al. 2024, arXiv 2407.04616).</summary>
    Isomorphic,
}
