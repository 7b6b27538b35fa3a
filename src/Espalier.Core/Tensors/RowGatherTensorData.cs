namespace Espalier.Tensors;

/// <summary>
/// A view whose rows are chosen rows of another tensor, in any order; a row is one index of the outermost axis. Nothing is copied
/// until it is read.
/// </summary>
public sealed class RowGatherTensorData : TensorData
{
    private readonly TensorData _source;
    private readonly long[] _rows;
    private readonly long _rowLength;

    /// <summary>Creates the view.</summary>
    /// <param name="source">Tensor with at least one axis.</param>
    /// <param name="rows">Row <c>i</c> of the view is row <c>rows[i]</c> of the source.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the source.</exception>
    public RowGatherTensorData(TensorData source, params ReadOnlySpan<long> rows)
        : base(source.ElementType, new TensorShape([rows.Length, .. source.Shape.AsSpan()[1..]]))
    {
        _source = source;
        _rows = rows.ToArray();
        foreach (var row in _rows)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(rows));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, source.Shape[0], nameof(rows));
        }
        _rowLength = source.Shape[0] == 0 ? 0 : source.ElementCount / source.Shape[0];
    }

    /// <inheritdoc/>
    public override string StorageName => _source.StorageName;

    /// <inheritdoc/>
    public override string? Origin => _source.Origin;

    /// <inheritdoc/>
    public override long StoredBytes => _source.Shape[0] == 0 ? 0 : _source.StoredBytes / _source.Shape[0] * _rows.Length;

    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination)
    {
        var rowBytes = _rowLength * ElementType.Size();
        while (destination.Length > 0)
        {
            var (row, inside) = Math.DivRem(byteOffset, rowBytes);
            var count = (int)Math.Min(destination.Length, rowBytes - inside);
            _source.CopyBytes(_rows[row] * rowBytes + inside, destination[..count]);
            destination = destination[count..];
            byteOffset += count;
        }
    }

    /// <inheritdoc/>
    public override void ReadSingle(long start, Span<float> destination)
    {
        while (destination.Length > 0)
        {
            var (row, inside) = Math.DivRem(start, _rowLength);
            var count = (int)Math.Min(destination.Length, _rowLength - inside);
            _source.ReadSingle(_rows[row] * _rowLength + inside, destination[..count]);
            destination = destination[count..];
            start += count;
        }
    }
}
