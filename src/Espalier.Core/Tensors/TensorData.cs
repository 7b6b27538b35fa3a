namespace Espalier.Tensors;

/// <summary>
/// The values of a tensor, wherever they live: a managed array, a range of a memory-mapped file, a quantised block format
/// that is decoded on the way, or a view over other data. Row-major. Instances are immutable and safe to read from several threads.
/// </summary>
public abstract class TensorData
{
    /// <summary>Creates the description of the data.</summary>
    /// <param name="elementType">Type that the reader sees. Quantised storage appears as <see cref="ElementType.F32"/>.</param>
    /// <param name="shape">Row-major shape.</param>
    protected TensorData(ElementType elementType, TensorShape shape)
    {
        ElementType = elementType;
        Shape = shape;
    }

    /// <summary>Type that the reader sees. Quantised storage appears as <see cref="ElementType.F32"/>.</summary>
    public ElementType ElementType { get; }

    /// <summary>Row-major shape.</summary>
    public TensorShape Shape { get; }

    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.ElementCount;

    /// <summary>Size in bytes when written as <see cref="ElementType"/>.</summary>
    public long ByteLength => ElementType.ByteCount(ElementCount);

    /// <summary>Bytes that the stored form occupies; differs from <see cref="ByteLength"/> for quantised storage.</summary>
    public virtual long StoredBytes => ByteLength;

    /// <summary>Name of the stored form, for example <c>BF16</c> or <c>Q4_1</c>.</summary>
    public virtual string StorageName => ElementType.ToString();

    /// <summary>Where the data comes from, for messages: a file name, or null for memory.</summary>
    public virtual string? Origin => null;

    /// <summary>
    /// Address of the elements when they lie contiguously in memory as <see cref="ElementType"/>, else 0.
    /// Valid as long as the owner of the data (mapped file or array) lives.
    /// </summary>
    public virtual nint Address => 0;

    /// <summary>Copies raw little-endian bytes of the elements (as <see cref="ElementType"/>), starting at a byte offset.</summary>
    /// <param name="byteOffset">First byte, from the start of the tensor; must be a multiple of the element size.</param>
    /// <param name="destination">Receives the bytes; its length must be a multiple of the element size.</param>
    public abstract void CopyBytes(long byteOffset, Span<byte> destination);

    /// <summary>Reads elements widened or narrowed to 32-bit floats. Integers and Booleans are converted too.</summary>
    /// <param name="start">Index of the first element.</param>
    /// <param name="destination">Receives the values.</param>
    public virtual void ReadSingle(long start, Span<float> destination) => ElementConversion.ReadSingle(this, start, destination);

    /// <summary>Reads integer or Boolean elements as 64-bit integers.</summary>
    /// <param name="start">Index of the first element.</param>
    /// <param name="destination">Receives the values.</param>
    /// <exception cref="InvalidOperationException">The element type is not an integer type or Boolean.</exception>
    public virtual void ReadInt64(long start, Span<long> destination) => ElementConversion.ReadInt64(this, start, destination);
}
