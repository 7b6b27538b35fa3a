using Espalier.Formats.Zip;
using Espalier.Tensors;

namespace Espalier.Formats.Numpy;

/// <summary>
/// An array in a compressed member. Deflate cannot be entered in the middle, so the first touch decompresses the whole member, checks its checksum and
/// keeps it.
/// </summary>
internal sealed class DeflatedTensorData(ZipMember member, ElementType elementType, TensorShape shape, int dataStart) : TensorData(elementType, shape)
{
    private readonly Lazy<byte[]> _bytes = new(() => member.Length <= Array.MaxLength
        ? member.ReadAll(Array.MaxLength)
        : throw member.Broken($"it has {member.Length} bytes, too many to decompress into memory", "Save it with numpy.savez instead of savez_compressed: stored members are mapped, not loaded"));

    /// <inheritdoc/>
    public override string Origin => member.Archive;

    /// <inheritdoc/>
    public override long StoredBytes => member.StoredLength;

    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination)
    {
        if (byteOffset < 0 || byteOffset > ByteLength - destination.Length) throw new ArgumentOutOfRangeException(nameof(byteOffset), $"{byteOffset} + {destination.Length} of {ByteLength} bytes.");
        _bytes.Value.AsSpan((int)(dataStart + byteOffset), destination.Length).CopyTo(destination);
    }
}
