using Espalier.Tensors;

namespace Espalier.Formats.Numpy;

/// <summary>An array whose first axis varies fastest, seen row-major. Elements are gathered one by one when they are read.</summary>
internal sealed class FortranTensorData : TensorData
{
    private readonly TensorData _stored;
    private readonly long[] _strides;

    /// <param name="stored">The data, read as if the reversed shape were row-major, which is the same bytes.</param>
    /// <param name="shape">The array's shape.</param>
    public FortranTensorData(TensorData stored, TensorShape shape)
        : base(stored.ElementType, shape)
    {
        _stored = stored;
        _strides = new long[shape.Rank];
        var stride = 1L;
        for (var axis = 0; axis < shape.Rank; axis++, stride *= shape[axis - 1]) _strides[axis] = stride;
    }

    /// <inheritdoc/>
    public override string? Origin => _stored.Origin;

    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination)
    {
        var size = ElementType.Size();
        if (byteOffset < 0 || byteOffset > ByteLength - destination.Length) throw new ArgumentOutOfRangeException(nameof(byteOffset), $"{byteOffset} + {destination.Length} of {ByteLength} bytes.");
        if (destination.IsEmpty) return;
        Span<long> index = stackalloc long[Shape.Rank];
        var rest = byteOffset / size;
        var source = 0L;
        for (var axis = Shape.Rank - 1; axis >= 0; axis--)
        {
            (rest, index[axis]) = Math.DivRem(rest, Shape[axis]);
            source += index[axis] * _strides[axis];
        }
        for (var at = 0; at < destination.Length; at += size)
        {
            _stored.CopyBytes(source * size, destination.Slice(at, size));
            // The next row-major index, like an odometer.
            for (var axis = Shape.Rank - 1; axis >= 0; axis--)
            {
                source += _strides[axis];
                if (++index[axis] < Shape[axis]) break;
                source -= index[axis] * _strides[axis];
                index[axis] = 0;
            }
        }
    }
}
