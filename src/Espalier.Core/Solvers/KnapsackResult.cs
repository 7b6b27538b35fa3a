namespace Espalier.Solvers;

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
