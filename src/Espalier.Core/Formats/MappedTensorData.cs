using Espalier.Tensors;

namespace Espalier.Formats;

/// <summary>Tensor data in a range of a mapped file.</summary>
internal sealed unsafe class MappedTensorData(MappedFile file, ElementType elementType, TensorShape shape, long offset)
    : TensorData(elementType, shape)
{
    /// <inheritdoc/>
    public override string Origin => file.Path;

    /// <summary>Zero when the file places the elements at an address that is not a multiple of their size.</summary>
    public override nint Address
    {
        get
        {
            if (ElementCount == 0) return 0;
            var address = file.AddressOf(offset);
            return address % ElementType.Size() == 0 ? address : 0;
        }
    }

    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination)
    {
        if (byteOffset < 0 || byteOffset > ByteLength - destination.Length)
            throw new ArgumentOutOfRangeException(nameof(byteOffset), $"{byteOffset} + {destination.Length} of {ByteLength} bytes.");
        file.Slice(offset + byteOffset, destination.Length).CopyTo(destination);
    }
}
