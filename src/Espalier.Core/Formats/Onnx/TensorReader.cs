using System.Runtime.InteropServices;
using Espalier.Formats.Onnx.Schema;
using Espalier.Tensors;

namespace Espalier.Formats.Onnx;

/// <summary>Turns tensor messages into tensor data: left in the mapped file, in an external file, or in the message in one of its many forms.</summary>
internal sealed class TensorReader(MappedFile file, ExternalData external)
{
    /// <summary>Sparse tensors are made dense; larger ones than this are refused, because a small file could ask for any amount of memory.</summary>
    private const long LargestDenseBytes = 1L << 30;

    /// <summary>The data of a tensor.</summary>
    /// <exception cref="InvalidFileException">Type, shape or data do not fit together.</exception>
    public TensorData Read(TensorProto tensor, string part)
    {
        var type = OnnxTypes.FromOnnx(tensor.DataType) ?? throw new InvalidFileException(file.Path, $"the element type {tensor.DataType} is unknown", part);
        if (tensor.Segment is not null) throw new InvalidFileException(file.Path, "the tensor is stored in segments, which no runtime reads", part);
        var shape = Shape(tensor.Dims, type, part);
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External) return external.Read(tensor, type, shape, part);
        var bytes = type.ByteCount(shape.ElementCount);
        if (tensor.HasLeftOffset)
        {
            Check(tensor.LeftLength, bytes, type, shape, part);
            return file.Tensor(type, shape, tensor.LeftOffset);
        }
        if (tensor.HasRawData && type != ElementType.String)
        {
            Check(tensor.RawData.Length, bytes, type, shape, part);
            return ArrayTensorData.FromBytes(type, shape, tensor.RawData.Memory);
        }
        return Typed(tensor, type, shape, part);
    }

    /// <summary>The dense form of a sparse tensor.</summary>
    public TensorData Read(SparseTensorProto sparse, string part)
    {
        var values = Read(sparse.Values ?? new TensorProto(), part);
        var indices = Read(sparse.Indices ?? new TensorProto(), part);
        var shape = Shape(sparse.Dims, values.ElementType, part);
        var size = values.ElementType.Size();
        if (values.ElementType.IsPacked() || values.ElementType == ElementType.String || values.ElementType.ByteCount(shape.ElementCount) > LargestDenseBytes)
            throw new InvalidFileException(file.Path, $"the sparse tensor {values.ElementType} {shape} cannot be made dense", part);
        var linear = indices.Shape.Rank == 1;
        if (indices.ElementType != ElementType.I64 || indices.Shape.Rank is < 1 or > 2 || indices.Shape[0] != values.ElementCount || (!linear && indices.Shape[1] != shape.Rank))
            throw new InvalidFileException(file.Path, $"indices {indices.ElementType} {indices.Shape} do not fit {values.ElementCount} values of a sparse tensor {shape}", part);
        var places = new long[indices.ElementCount];
        indices.ReadInt64(0, places);
        var source = values.ToBytes();
        var dense = new byte[values.ElementType.ByteCount(shape.ElementCount)];
        for (var i = 0; i < values.ElementCount; i++)
        {
            var place = linear ? places[i] : Place(places.AsSpan(i * shape.Rank, shape.Rank), shape, part);
            if (place < 0 || place >= shape.ElementCount) throw new InvalidFileException(file.Path, $"the index {place} is outside the sparse tensor {shape}", part);
            source.AsSpan(i * size, size).CopyTo(dense.AsSpan(checked((int)(place * size))));
        }
        return ArrayTensorData.FromBytes(values.ElementType, shape, dense);
    }

    private long Place(ReadOnlySpan<long> index, TensorShape shape, string part)
    {
        var place = 0L;
        for (var axis = 0; axis < index.Length; axis++)
        {
            if (index[axis] < 0 || index[axis] >= shape[axis]) throw new InvalidFileException(file.Path, $"the index {index[axis]} is outside axis {axis} of the sparse tensor {shape}", part);
            place = (place * shape[axis]) + index[axis];
        }
        return place;
    }

    private TensorShape Shape(IEnumerable<long> dims, ElementType type, string part)
    {
        try
        {
            var shape = new TensorShape([.. dims]);
            type.ByteCount(shape.ElementCount);
            return shape;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidFileException(file.Path, $"the shape [{string.Join(", ", dims)}] is not possible", part, inner: e);
        }
    }

    private TensorData Typed(TensorProto tensor, ElementType type, TensorShape shape, string part)
    {
        var count = shape.ElementCount;
        switch (type)
        {
            case ElementType.String:
                Count(tensor.StringData.Count, count, type, shape, part);
                return new StringTensorData(shape, [.. tensor.StringData.Select(item => item.ToByteArray())]);
            case ElementType.F32:
                Count(tensor.FloatData.Count, count, type, shape, part);
                return ArrayTensorData.Create<float>(type, shape, tensor.FloatData.ToArray());
            case ElementType.C64:
                Count(tensor.FloatData.Count, count * 2, type, shape, part);
                return ArrayTensorData.FromBytes(type, shape, MemoryMarshal.AsBytes<float>(tensor.FloatData.ToArray()).ToArray());
            case ElementType.F64:
                Count(tensor.DoubleData.Count, count, type, shape, part);
                return ArrayTensorData.Create<double>(type, shape, tensor.DoubleData.ToArray());
            case ElementType.C128:
                Count(tensor.DoubleData.Count, count * 2, type, shape, part);
                return ArrayTensorData.FromBytes(type, shape, MemoryMarshal.AsBytes<double>(tensor.DoubleData.ToArray()).ToArray());
            case ElementType.I64:
                Count(tensor.Int64Data.Count, count, type, shape, part);
                return ArrayTensorData.Create<long>(type, shape, tensor.Int64Data.ToArray());
            case ElementType.U64 or ElementType.U32:
                Count(tensor.Uint64Data.Count, count, type, shape, part);
                return type == ElementType.U64 ? ArrayTensorData.Create<ulong>(type, shape, tensor.Uint64Data.ToArray())
                    : ArrayTensorData.Create<uint>(type, shape, tensor.Uint64Data.Select(value => (uint)value).ToArray());
            default:
                return Narrow(tensor, type, shape, part);
        }
    }

    /// <summary>Types of at most 32 bits lie in 32-bit integers; packed types have one byte in each.</summary>
    private ArrayTensorData Narrow(TensorProto tensor, ElementType type, TensorShape shape, string part)
    {
        var bytes = type.ByteCount(shape.ElementCount);
        var size = type.Size();
        Count(tensor.Int32Data.Count, bytes / size, type, shape, part);
        var result = new byte[bytes];
        for (var i = 0; i < tensor.Int32Data.Count; i++)
        {
            var value = tensor.Int32Data[i];
            for (var k = 0; k < size; k++) result[(i * size) + k] = (byte)(value >> (8 * k));
        }
        return ArrayTensorData.FromBytes(type, shape, result);
    }

    private void Check(long given, long needed, ElementType type, TensorShape shape, string part)
    {
        if (given != needed) throw new InvalidFileException(file.Path, $"{type} {shape} takes {needed} bytes, but {given} are there", part);
    }

    private void Count(long given, long needed, ElementType type, TensorShape shape, string part)
    {
        if (given != needed) throw new InvalidFileException(file.Path, $"{type} {shape} takes {needed} values, but {given} are there", part);
    }
}
