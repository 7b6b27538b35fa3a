using System.Runtime.InteropServices;
using Espalier.Tensors;

namespace Espalier.Formats.Gguf;

/// <summary>Quantised blocks in a mapped file, decoded to 32-bit floats when they are read; only the blocks touched are decoded.</summary>
internal sealed class QuantizedTensorData(MappedFile file, GgmlType type, TensorShape shape, long offset)
    : TensorData(ElementType.F32, shape)
{
    private const int ChunkBlocks = 4096; // keeps the byte range of one call far below 2 GB

    /// <inheritdoc/>
    public override string StorageName => type.Name;

    /// <inheritdoc/>
    public override string Origin => file.Path;

    /// <inheritdoc/>
    public override long StoredBytes => ElementCount / type.BlockElements * type.BlockBytes;

    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination) =>
        ReadSingle(byteOffset / sizeof(float), MemoryMarshal.Cast<byte, float>(destination));

    /// <inheritdoc/>
    public override void ReadSingle(long start, Span<float> destination)
    {
        if (start < 0 || start > ElementCount - destination.Length)
            throw new ArgumentOutOfRangeException(nameof(start), $"{start} + {destination.Length} of {ElementCount} elements.");
        var size = type.BlockElements;
        Span<float> scratch = stackalloc float[GgmlType.MaxBlockElements];
        while (destination.Length > 0)
        {
            var (block, inside) = Math.DivRem(start, size);
            int count;
            if (inside == 0 && destination.Length >= size)
            {
                var blocks = Math.Min(destination.Length / size, ChunkBlocks);
                count = blocks * size;
                type.Decoder!(Blocks(block, blocks), destination[..count]);
            }
            else
            {
                count = (int)Math.Min(destination.Length, size - inside);
                type.Decoder!(Blocks(block, 1), scratch[..size]);
                scratch.Slice((int)inside, count).CopyTo(destination);
            }
            destination = destination[count..];
            start += count;
        }
    }

    private ReadOnlySpan<byte> Blocks(long first, int count) => file.Slice(offset + first * type.BlockBytes, count * type.BlockBytes);
}
