using System.Numerics;
using System.Runtime.InteropServices;
using Espalier.Numerics;

namespace Espalier.Sparsity;

/// <summary>
/// Which weights of a matrix are KEPT: one bit per weight, 1 = kept. Rows are packed separately into 64-bit words, lowest bit first; unused bits are 0.
/// </summary>
public sealed class Mask : IEquatable<Mask>
{
    private readonly ulong[] _words;

    /// <summary>A mask that keeps nothing.</summary>
    public Mask(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        WordsPerRow = (columns + 63) / 64;
        _words = new ulong[(long)rows * WordsPerRow];
    }

    /// <summary>Number of rows (outputs).</summary>
    public int Rows { get; }

    /// <summary>Number of columns (inputs).</summary>
    public int Columns { get; }

    /// <summary>64-bit words that hold one row.</summary>
    public int WordsPerRow { get; }

    /// <summary>Number of weights.</summary>
    public long Length => (long)Rows * Columns;

    /// <summary>Number of kept weights.</summary>
    public long Kept => _words.Sum(word => (long)BitOperations.PopCount(word));

    /// <summary>The fraction of pruned weights; 0 for an empty matrix.</summary>
    public double Sparsity => Length == 0 ? 0 : 1 - ((double)Kept / Length);

    /// <summary>True where the weight is kept.</summary>
    public bool this[int row, int column]
    {
        get => (_words[WordIndex(row, column)] >> (column & 63) & 1) != 0;
        set
        {
            ref var word = ref _words[WordIndex(row, column)];
            var bit = 1UL << (column & 63);
            word = value ? word | bit : word & ~bit;
        }
    }

    /// <summary>The words of a row: bit j of word w is column 64 w + j. Writers leave the unused bits of the last word 0.</summary>
    public Span<ulong> RowWords(int row) => _words.AsSpan(checked(row * WordsPerRow), WordsPerRow);

    /// <summary>Number of kept weights of a row.</summary>
    public int KeptInRow(int row)
    {
        var count = 0;
        foreach (var word in RowWords(row)) count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>Keeps all weights.</summary>
    public static Mask Full(int rows, int columns)
    {
        var mask = new Mask(rows, columns);
        for (var row = 0; row < rows; row++)
        {
            var words = mask.RowWords(row);
            words.Fill(ulong.MaxValue);
            if ((columns & 63) != 0) words[^1] = (1UL << (columns & 63)) - 1;
        }
        return mask;
    }

    /// <summary>Keeps the weights that are not zero. A kept weight that happens to be zero cannot be seen in the values and counts as pruned.</summary>
    public static Mask FromNonZeros(Matrix weights)
    {
        var mask = new Mask(weights.Rows, weights.Columns);
        for (var row = 0; row < weights.Rows; row++)
        {
            var values = weights.Row(row);
            var words = mask.RowWords(row);
            for (var column = 0; column < values.Length; column++)
            {
                if (values[column] != 0f) words[column >> 6] |= 1UL << (column & 63);
            }
        }
        return mask;
    }

    /// <summary>Sets the pruned weights to zero; kept ones are untouched.</summary>
    /// <exception cref="UsageException">The shapes differ.</exception>
    public void Apply(Matrix weights)
    {
        if (weights.Rows != Rows || weights.Columns != Columns)
            throw new UsageException($"A mask of {Rows}x{Columns} cannot be applied to a matrix of {weights.Rows}x{weights.Columns}");
        for (var row = 0; row < Rows; row++)
        {
            var values = weights.Row(row);
            var words = RowWords(row);
            for (var column = 0; column < values.Length; column++)
            {
                if ((words[column >> 6] >> (column & 63) & 1) == 0) values[column] = 0f;
            }
        }
    }

    /// <summary>The first aligned group of M columns that keeps more than N weights, or null when the pattern holds.</summary>
    /// <exception cref="UsageException">The pattern is not N:M or M does not divide the columns.</exception>
    public (int Row, int Group, int Kept)? FindNMViolation(SparsityPattern pattern)
    {
        if (pattern.Kind != PatternKind.NOfM) throw new UsageException($"'{pattern}' is not an N:M pattern", "pattern");
        pattern.RequireFits(Rows, Columns, null);
        for (var row = 0; row < Rows; row++)
        {
            for (var group = 0; group < Columns / pattern.Group; group++)
            {
                var kept = 0;
                for (var j = 0; j < pattern.Group; j++) kept += this[row, (group * pattern.Group) + j] ? 1 : 0;
                if (kept > pattern.Kept) return (row, group, kept);
            }
        }
        return null;
    }

    /// <summary>Passes silently, or names the first row and group that break the N:M pattern.</summary>
    /// <exception cref="EspalierException">A group keeps more than N weights.</exception>
    public void RequireNM(SparsityPattern pattern, string? layer = null)
    {
        if (FindNMViolation(pattern) is not { } broken) return;
        var first = broken.Group * pattern.Group;
        throw new EspalierException(
            $"the mask breaks {pattern}: row {broken.Row}, group {broken.Group} (columns {first} to {first + pattern.Group - 1}) keeps {broken.Kept} weights", layer);
    }

    /// <summary>Bytes of a packed row: ceil(columns / 8).</summary>
    public static int PackedRowBytes(int columns) => (columns + 7) / 8;

    /// <summary>Packs the mask, each row into whole bytes: column j of a row is bit j % 8 (lowest first) of its byte j / 8.</summary>
    public byte[] ToBytes()
    {
        var width = PackedRowBytes(Columns);
        var bytes = new byte[checked(Rows * width)];
        for (var row = 0; row < Rows; row++) MemoryMarshal.AsBytes(RowWords(row))[..width].CopyTo(bytes.AsSpan(row * width));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; bits beyond the last column are ignored.</summary>
    /// <exception cref="UsageException">The number of bytes does not fit the shape.</exception>
    public static Mask FromBytes(int rows, int columns, ReadOnlySpan<byte> bytes)
    {
        var mask = new Mask(rows, columns);
        var width = PackedRowBytes(columns);
        if (bytes.Length != (long)rows * width)
            throw new UsageException($"A mask of {rows}x{columns} takes {(long)rows * width} bytes, not {bytes.Length}");
        var tail = columns % 64 == 0 ? ulong.MaxValue : (1UL << (columns % 64)) - 1;
        for (var row = 0; row < rows; row++)
        {
            var words = mask.RowWords(row);
            bytes.Slice(row * width, width).CopyTo(MemoryMarshal.AsBytes(words));
            if (words.Length > 0) words[^1] &= tail;
        }
        return mask;
    }

    /// <summary>A copy.</summary>
    public Mask Clone()
    {
        var copy = new Mask(Rows, Columns);
        _words.CopyTo(copy._words, 0);
        return copy;
    }

    /// <inheritdoc/>
    public bool Equals(Mask? other) =>
        other is not null && other.Rows == Rows && other.Columns == Columns && _words.AsSpan().SequenceEqual(other._words);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Mask);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Rows);
        hash.Add(Columns);
        foreach (var word in _words) hash.Add(word);
        return hash.ToHashCode();
    }

    private long WordIndex(int row, int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns, nameof(column));
        return ((long)row * WordsPerRow) + (column >> 6);
    }
}
