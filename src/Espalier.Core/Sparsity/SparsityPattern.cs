using System.Globalization;

namespace Espalier.Sparsity;

/// <summary>Which shapes of zeros are allowed.</summary>
public enum PatternKind
{
    /// <summary>Any weight may be zero.</summary>
    Unstructured,

    /// <summary>N weights are KEPT in every aligned group of M consecutive inputs of a row.</summary>
    NOfM,

    /// <summary>Rectangles of weights are kept or pruned together.</summary>
    Block,
}

/// <summary>
/// A sparsity pattern: <c>unstructured</c>, <c>N:M</c> (N weights KEPT of M consecutive inputs) or <c>block:RxC</c>. Groups and blocks are
/// aligned to multiples of their size.
/// </summary>
public sealed record SparsityPattern
{
    private SparsityPattern(PatternKind kind, int first, int second)
    {
        Kind = kind;
        (Kept, Group) = kind == PatternKind.NOfM ? (first, second) : (0, 0);
        (BlockRows, BlockColumns) = kind == PatternKind.Block ? (first, second) : (1, 1);
    }

    /// <summary>Any weight may be zero.</summary>
    public static SparsityPattern Unstructured { get; } = new(PatternKind.Unstructured, 0, 0);

    /// <summary>The kind of pattern.</summary>
    public PatternKind Kind { get; }

    /// <summary>N of N:M: the number KEPT in each group; 0 for other kinds.</summary>
    public int Kept { get; }

    /// <summary>M of N:M: the size of a group; 0 for other kinds.</summary>
    public int Group { get; }

    /// <summary>Rows of a block; 1 for other kinds.</summary>
    public int BlockRows { get; }

    /// <summary>Columns of a block; 1 for other kinds.</summary>
    public int BlockColumns { get; }

    /// <summary>The fraction of zeros that the pattern fixes, or null where the sparsity is free.</summary>
    public double? FixedSparsity => Kind == PatternKind.NOfM ? (double)(Group - Kept) / Group : null;

    /// <summary>N kept of M.</summary>
    /// <param name="kept">N, from 1 to M - 1.</param>
    /// <param name="group">M, at least 2.</param>
    /// <exception cref="UsageException">N or M is out of range.</exception>
    public static SparsityPattern NOfM(int kept, int group)
    {
        if (group < 2 || kept < 1 || kept >= group)
        {
            throw new UsageException($"{kept}:{group} is not a pattern: it must keep at least one and prune at least one of {group}",
                "pattern", "N:M keeps N weights of M, with 1 <= N < M, for example 2:4");
        }
        return new(PatternKind.NOfM, kept, group);
    }

    /// <summary>Blocks of rows x columns that are kept or pruned together.</summary>
    /// <exception cref="UsageException">A size is below 1, or the block is a single weight.</exception>
    public static SparsityPattern Block(int rows, int columns)
    {
        if (rows < 1 || columns < 1 || (long)rows * columns < 2)
        {
            throw new UsageException($"block:{rows}x{columns} is not a pattern: a block has at least two weights", "pattern",
                "Use a size such as block:4x4, or 'unstructured' for single weights");
        }
        return new(PatternKind.Block, rows, columns);
    }

    /// <summary>Reads <c>unstructured</c>, <c>2:4</c> or <c>block:4x4</c>; letters in any case.</summary>
    /// <exception cref="UsageException">The text is none of these, or its numbers are out of range.</exception>
    public static SparsityPattern Parse(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Equals("unstructured", StringComparison.OrdinalIgnoreCase)) return Unstructured;
        if (trimmed.StartsWith("block:", StringComparison.OrdinalIgnoreCase))
        {
            if (TryPair(trimmed[6..].ToUpperInvariant(), 'X', out var rows, out var columns)) return Block(rows, columns);
        }
        else if (TryPair(trimmed, ':', out var kept, out var group))
        {
            return NOfM(kept, group);
        }
        throw new UsageException($"'{text}' is not a sparsity pattern", "pattern",
            "Use 'unstructured', N:M such as 2:4 (2 kept of 4), or block:RxC such as block:4x4");
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Kind switch
    {
        PatternKind.NOfM => string.Create(CultureInfo.InvariantCulture, $"{Kept}:{Group}"),
        PatternKind.Block => string.Create(CultureInfo.InvariantCulture, $"block:{BlockRows}x{BlockColumns}"),
        _ => "unstructured",
    };

    /// <summary>Refuses a layer whose columns or rows the pattern does not divide.</summary>
    /// <param name="rows">Outputs of the layer.</param>
    /// <param name="columns">Inputs of the layer.</param>
    /// <param name="layer">Name for the message.</param>
    /// <exception cref="UsageException">The last group or block would be short.</exception>
    public void RequireFits(int rows, int columns, string? layer)
    {
        if (Kind == PatternKind.NOfM && columns % Group != 0)
        {
            throw new UsageException($"the layer has {columns} input columns, which M = {Group} of the pattern {this} does not divide:"
                + " the last group would be short", layer ?? "pattern", $"Leave this layer out, or choose an M that divides {columns}");
        }
        if (Kind == PatternKind.Block && (rows % BlockRows != 0 || columns % BlockColumns != 0))
        {
            throw new UsageException($"the layer is {rows}x{columns}, which blocks of {BlockRows}x{BlockColumns} do not tile",
                layer ?? "pattern", "Leave this layer out, or choose a block that divides both");
        }
    }

    private static bool TryPair(string text, char separator, out int first, out int second)
    {
        first = second = 0;
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at > 0
            && int.TryParse(text.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out second);
    }
}
