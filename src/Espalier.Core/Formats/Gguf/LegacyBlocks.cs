using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Espalier.Formats.Gguf;

/// <summary>
/// Blocks of 32 values with one scale. In the four-bit types byte i holds value i in its lower and value i + 16 in its upper half.
/// </summary>
internal static class LegacyBlocks
{
    private const int Block = 32;

    /// <summary>scale, 16 bytes: d (q - 8).</summary>
    public static void Q40(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        var eight = Vector128.Create((sbyte)8);
        for (; blocks.Length > 0; blocks = blocks[18..], values = values[Block..])
        {
            var scale = QuantLanes.HalfAt(blocks, 0);
            var packed = QuantLanes.Load(blocks[..18], 2);
            QuantLanes.Scale(QuantLanes.Low(packed).AsSByte() - eight, scale, ref values[0]);
            QuantLanes.Scale(QuantLanes.High(packed).AsSByte() - eight, scale, ref values[..Block][16]);
        }
    }

    /// <summary>scale, minimum, 16 bytes: d q + m.</summary>
    public static void Q41(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; blocks.Length > 0; blocks = blocks[20..], values = values[Block..])
        {
            var scale = QuantLanes.HalfAt(blocks, 0);
            var minimum = QuantLanes.HalfAt(blocks, 2);
            var packed = QuantLanes.Load(blocks[..20], 4);
            QuantLanes.ScaleAdd(QuantLanes.Low(packed), scale, minimum, ref values[0]);
            QuantLanes.ScaleAdd(QuantLanes.High(packed), scale, minimum, ref values[..Block][16]);
        }
    }

    /// <summary>scale, 32 fifth bits, 16 bytes: d (q - 16).</summary>
    public static void Q50(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        var sixteen = Vector128.Create((sbyte)16);
        for (; blocks.Length > 0; blocks = blocks[22..], values = values[Block..])
        {
            var scale = QuantLanes.HalfAt(blocks, 0);
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(blocks[2..]);
            var packed = QuantLanes.Load(blocks[..22], 6);
            var low = QuantLanes.Low(packed) | QuantLanes.FifthBits((ushort)bits);
            var high = QuantLanes.High(packed) | QuantLanes.FifthBits((ushort)(bits >> 16));
            QuantLanes.Scale(low.AsSByte() - sixteen, scale, ref values[0]);
            QuantLanes.Scale(high.AsSByte() - sixteen, scale, ref values[..Block][16]);
        }
    }

    /// <summary>scale, minimum, 32 fifth bits, 16 bytes: d q + m.</summary>
    public static void Q51(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; blocks.Length > 0; blocks = blocks[24..], values = values[Block..])
        {
            var scale = QuantLanes.HalfAt(blocks, 0);
            var minimum = QuantLanes.HalfAt(blocks, 2);
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(blocks[4..]);
            var packed = QuantLanes.Load(blocks[..24], 8);
            QuantLanes.ScaleAdd(QuantLanes.Low(packed) | QuantLanes.FifthBits((ushort)bits), scale, minimum, ref values[0]);
            QuantLanes.ScaleAdd(QuantLanes.High(packed) | QuantLanes.FifthBits((ushort)(bits >> 16)), scale, minimum, ref values[..Block][16]);
        }
    }

    /// <summary>scale, 32 signed bytes: d q.</summary>
    public static void Q80(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; blocks.Length > 0; blocks = blocks[34..], values = values[Block..])
        {
            var scale = QuantLanes.HalfAt(blocks, 0);
            QuantLanes.Scale(QuantLanes.Load(blocks[..34], 2).AsSByte(), scale, ref values[0]);
            QuantLanes.Scale(QuantLanes.Load(blocks[..34], 18).AsSByte(), scale, ref values[..Block][16]);
        }
    }
}
