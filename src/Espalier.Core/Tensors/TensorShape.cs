using System.Collections.Immutable;

namespace Espalier.Tensors;

/// <summary>The concrete shape of a stored tensor: sizes from the outermost axis to the innermost (row-major).</summary>
public readonly struct TensorShape : IEquatable<TensorShape>
{
    private readonly ImmutableArray<long> _sizes;
    private readonly long _count;

    /// <summary>Creates a shape; no sizes make a scalar.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative or the element count overflows 64 bits.</exception>
    public TensorShape(params ReadOnlySpan<long> sizes)
    {
        var count = 1L;
        foreach (var size in sizes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(sizes));
            count = Multiply(count, size);
        }
        _sizes = [.. sizes];
        _count = count;
    }

    /// <summary>Number of axes.</summary>
    public int Rank => _sizes.IsDefault ? 0 : _sizes.Length;

    /// <summary>Number of elements: the product of all sizes, 1 for a scalar.</summary>
    public long ElementCount => _sizes.IsDefault ? 1 : _count; // the default value is a scalar too

    /// <summary>Size of an axis, counted from the outermost.</summary>
    public long this[int axis] => _sizes[axis];

    /// <summary>The sizes as a span.</summary>
    public ReadOnlySpan<long> AsSpan() => _sizes.IsDefault ? [] : _sizes.AsSpan();

    /// <summary>The sizes as a new array.</summary>
    public long[] ToArray() => AsSpan().ToArray();

    /// <inheritdoc/>
    public bool Equals(TensorShape other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var size in AsSpan()) hash.Add(size);
        return hash.ToHashCode();
    }

    /// <summary>Equality of all sizes.</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Inequality of any size.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);

    /// <summary>For example <c>[576, 1536]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";

    private static long Multiply(long count, long size)
    {
        if (count != 0 && size > long.MaxValue / count)
            throw new ArgumentOutOfRangeException(nameof(size), "The element count of the shape overflows 64 bits.");
        return count * size;
    }
}
