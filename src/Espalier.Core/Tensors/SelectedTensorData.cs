using System.Buffers;

namespace Espalier.Tensors;

/// <summary>
/// A view that keeps chosen indices of some axes of another tensor, in their order. Nothing is copied until it is read, so cutting a model
/// needs the memory of one row.
/// </summary>
public sealed class SelectedTensorData : TensorData
{
    private readonly TensorData _source;
    private readonly int[]?[] _kept;
    private readonly int _rowAxes;
    private readonly long _sourceRow;
    private readonly long _row;
    private readonly int[]? _columns;

    /// <summary>Creates the view.</summary>
    /// <param name="source">Any tensor but one of packed elements or text.</param>
    /// <param name="kept">For each axis the indices that stay, ascending; null for all.</param>
    public SelectedTensorData(TensorData source, IReadOnlyList<int[]?> kept)
        : base(source.ElementType, SelectedShape(source, kept))
    {
        if (source.ElementType.IsPacked() || source.ElementType == ElementType.String)
            throw new EspalierException($"elements of type {source.ElementType} cannot be selected", source.Origin);
        _source = source;
        _kept = [.. kept];
        // The axes behind the last selected one are contiguous: a row is the last selected axis when it is innermost, else what follows it.
        var last = Array.FindLastIndex(_kept, indices => indices is not null);
        _rowAxes = last == _kept.Length - 1 && last >= 0 ? last : last + 1;
        _columns = _rowAxes == last ? _kept[last] : null;
        _sourceRow = Product(source.Shape, _rowAxes);
        _row = Product(Shape, _rowAxes);
    }

    /// <inheritdoc/>
    public override string StorageName => _source.StorageName;

    /// <inheritdoc/>
    public override string? Origin => _source.Origin;

    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination)
    {
        var size = ElementType.Size();
        var buffer = ArrayPool<byte>.Shared.Rent(checked((int)Math.Max(1, _sourceRow * size)));
        try
        {
            while (destination.Length > 0)
            {
                var (row, inside) = Math.DivRem(byteOffset / size, _row);
                var count = (int)Math.Min(destination.Length / size, _row - inside);
                var start = SourceRow(row) * _sourceRow;
                if (_columns is null)
                {
                    _source.CopyBytes((start + inside) * size, destination[..(count * size)]);
                }
                else
                {
                    _source.CopyBytes(start * size, buffer.AsSpan(0, (int)(_sourceRow * size)));
                    for (var i = 0; i < count; i++) buffer.AsSpan(_columns[inside + i] * size, size).CopyTo(destination[(i * size)..]);
                }
                destination = destination[(count * size)..];
                byteOffset += count * size;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The source's row behind a row of the view: its digits, axis by axis, go through the lists.</summary>
    private long SourceRow(long row)
    {
        var result = 0L;
        var scale = 1L;
        for (var axis = _rowAxes - 1; axis >= 0; axis--)
        {
            (row, var digit) = Math.DivRem(row, Shape[axis]);
            result += scale * (_kept[axis] is { } indices ? indices[digit] : digit);
            scale *= _source.Shape[axis];
        }
        return result;
    }

    private static long Product(TensorShape shape, int from)
    {
        var product = 1L;
        for (var axis = from; axis < shape.Rank; axis++) product *= shape[axis];
        return product;
    }

    private static TensorShape SelectedShape(TensorData source, IReadOnlyList<int[]?> kept)
    {
        if (kept.Count != source.Shape.Rank) throw new ArgumentException($"{kept.Count} lists for {source.Shape.Rank} axes.", nameof(kept));
        for (var axis = 0; axis < kept.Count; axis++)
        {
            if (kept[axis] is { } indices && indices.Any(index => index < 0 || index >= source.Shape[axis]))
                throw new ArgumentOutOfRangeException(nameof(kept), $"An index of axis {axis} is outside {source.Shape}.");
        }
        return new TensorShape([.. kept.Select((indices, axis) => indices?.Length ?? source.Shape[axis])]);
    }
}
