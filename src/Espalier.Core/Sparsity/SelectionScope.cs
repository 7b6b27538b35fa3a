namespace Espalier.Sparsity;

/// <summary>Within which set of weights scores are compared.</summary>
public enum ScopeKind
{
    /// <summary>Each output row by itself (Wanda).</summary>
    Row,

    /// <summary>The whole matrix (magnitude, RIA, ADMM).</summary>
    Layer,

    /// <summary>All rows of a number of consecutive columns (SparseGPT).</summary>
    ColumnBlock,

    /// <summary>All matrices of a list together.</summary>
    Global,
}

/// <summary>Within which set of weights scores are compared; <paramref name="Width"/> is used by column blocks only.</summary>
/// <param name="Kind">The kind of set.</param>
/// <param name="Width">Columns of a block.</param>
public readonly record struct SelectionScope(ScopeKind Kind, int Width = 0)
{
    /// <summary>Each output row by itself.</summary>
    public static SelectionScope Row => new(ScopeKind.Row);

    /// <summary>The whole matrix.</summary>
    public static SelectionScope Layer => new(ScopeKind.Layer);

    /// <summary>All matrices of a list together; for one matrix the same as <see cref="Layer"/>.</summary>
    public static SelectionScope Global => new(ScopeKind.Global);

    /// <summary>All rows of <paramref name="width"/> consecutive columns; the last block may be narrower.</summary>
    /// <exception cref="UsageException">The width is below 1.</exception>
    public static SelectionScope ColumnBlock(int width) =>
        width >= 1 ? new(ScopeKind.ColumnBlock, width) : throw new UsageException($"A column block cannot have {width} columns", "scope");
}
