namespace Espalier.Solvers;

/// <summary>Options of <see cref="Knapsack"/>.</summary>
public sealed record KnapsackSettings
{
    /// <summary>Items of every group that are kept whatever they cost, the most valuable first; groups beyond the list have no minimum.</summary>
    public IReadOnlyList<int> MinimumPerGroup { get; init; } = [];

    /// <summary>Bytes that the table of the exact solution may take; above, costs are counted in coarser units.</summary>
    public long TableBytes { get; init; } = 1L << 30;
}
