using System.Runtime.InteropServices;

namespace Espalier.Tensors;

/// <summary>Tensor data in a managed array.</summary>
public sealed class ArrayTensorData : TensorData
{
    private readonly ReadOnlyMemory<byte> _bytes;

    private ArrayTensorData(ElementType elementType, TensorShape shape, ReadOnlyMemory<byte> bytes)
        : base(elementType, shape)
    {
        if (bytes.Length != ByteLength)
            throw new ArgumentException($"{bytes.Length} bytes do not fill {elementType} {shape}, which needs {ByteLength}.", nameof(bytes));
        _bytes = bytes;
    }

    /// <summary>Wraps raw little-endian bytes without copying.</summary>
    public static ArrayTensorData FromBytes(ElementType elementType, TensorShape shape, ReadOnlyMemory<byte> bytes) => new(elementType, shape, bytes);

    /// <summary>Copies values of an unmanaged element type.</summary>
    /// <param name="elementType">Must have the size of <typeparamref name="T"/>.</param>
    /// <param name="shape">Row-major shape.</param>
    /// <param name="values">As many values as the shape has elements.</param>
    public static ArrayTensorData Create<T>(ElementType elementType, TensorShape shape, ReadOnlySpan<T> values)
        where T : unmanaged => new(elementType, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Copies 32-bit floats.</summary>
    public static ArrayTensorData FromSingles(TensorShape shape, ReadOnlySpan<float> values) => Create(ElementType.F32, shape, values);

    /// <summary>Copies 64-bit integers.</summary>
    public static ArrayTensorData FromInt64(TensorShape shape, params ReadOnlySpan<long> values) => Create(ElementType.I64, shape, values);

    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination) =>
        _bytes.Span.Slice(checked((int)byteOffset), destination.Length).CopyTo(destination);
}
