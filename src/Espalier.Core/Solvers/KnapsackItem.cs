namespace Espalier.Solvers;

/// <summary>Something that is kept or removed as a whole: a channel, or channels of several layers that live and die together.</summary>
/// <param name="Value">What keeping it is worth; finite, at least 0. For coupled channels the sum.</param>
/// <param name="Cost">What keeping it costs, at least 0. For coupled channels the sum.</param>
/// <param name="Group">The group (layer, coupled dimension) of which a minimum must stay, from 0 on.</param>
public readonly record struct KnapsackItem(double Value, long Cost, int Group = 0);

/// <summary>Options of <see cref="Knapsack"/>.</summary>
public sealed record KnapsackSettings
{
    /// <summary>Items of every group that are kept whatever they cost, the most valuable first; groups beyond the list have no minimum.</summary>
    public IReadOnlyList<int> MinimumPerGroup { get; init; } = [];

    /// <summary>Bytes that the table of the exact solution may take; above, costs are counted in coarser units.</summary>
    public long TableBytes { get; init; } = 1L << 30;
}

/// <summary>The items that stay.</summary>
public sealed record KnapsackResult
{
    /// <summary>Kept items, ascending.</summary>
    public required IReadOnlyList<int> Kept { get; init; }

    /// <summary>The sum of their values.</summary>
    public required double Value { get; init; }

    /// <summary>The sum of their costs, at most the budget.</summary>
    public required long Cost { get; init; }

    /// <summary>Whether no other choice (with the forced items) has a higher value, up to rounding of the sums.</summary>
    public required bool Optimal { get; init; }

    /// <summary>What was done beside the plain solution, or null.</summary>
    public string? Remark { get; init; }
}
