using System.Runtime.Intrinsics;

namespace Espalier.Formats.Gguf;

/// <summary>Super-blocks of 256 values ("K" types): a pair of 16-bit scales over sub-blocks whose scales are small integers.</summary>
internal static class SuperBlocks
{
    private const int Block = 256;

    /// <summary>d, dmin, 12 bytes of 6-bit scales and minima, 128 bytes. Every 32 bytes hold two sub-blocks of 32 values.</summary>
    public static void Q4K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; blocks.Length > 0; blocks = blocks[144..], values = values[Block..])
        {
            float d = QuantLanes.HalfAt(blocks, 0), dmin = QuantLanes.HalfAt(blocks, 2);
            var scales = blocks.Slice(4, 12);
            for (var pair = 0; pair < 4; pair++)
            {
                var (scale0, minimum0) = ScaleAndMinimum(scales, 2 * pair);
                var (scale1, minimum1) = ScaleAndMinimum(scales, 2 * pair + 1);
                for (var half = 0; half < 32; half += 16)
                {
                    var packed = QuantLanes.Load(blocks[..144], 16 + 32 * pair + half);
                    var target = values.Slice(64 * pair, 64);
                    QuantLanes.ScaleAdd(QuantLanes.Low(packed), d * scale0, -(dmin * minimum0), ref target[half]);
                    QuantLanes.ScaleAdd(QuantLanes.High(packed), d * scale1, -(dmin * minimum1), ref target[32 + half]);
                }
            }
        }
    }

    /// <summary>As <see cref="Q4K"/>, with 32 bytes of fifth bits between scales and values: bit s belongs to sub-block s.</summary>
    public static void Q5K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        var sixteen = Vector128.Create((byte)16);
        for (; blocks.Length > 0; blocks = blocks[176..], values = values[Block..])
        {
            float d = QuantLanes.HalfAt(blocks, 0), dmin = QuantLanes.HalfAt(blocks, 2);
            var scales = blocks.Slice(4, 12);
            for (var pair = 0; pair < 4; pair++)
            {
                var (scale0, minimum0) = ScaleAndMinimum(scales, 2 * pair);
                var (scale1, minimum1) = ScaleAndMinimum(scales, 2 * pair + 1);
                var bit0 = Vector128.Create((byte)(1 << (2 * pair)));
                var bit1 = Vector128.Create((byte)(2 << (2 * pair)));
                for (var half = 0; half < 32; half += 16)
                {
                    var fifth = QuantLanes.Load(blocks[..176], 16 + half);
                    var packed = QuantLanes.Load(blocks[..176], 48 + 32 * pair + half);
                    var low = QuantLanes.Low(packed) | (Vector128.Equals(fifth & bit0, bit0) & sixteen);
                    var high = QuantLanes.High(packed) | (Vector128.Equals(fifth & bit1, bit1) & sixteen);
                    var target = values.Slice(64 * pair, 64);
                    QuantLanes.ScaleAdd(low, d * scale0, -(dmin * minimum0), ref target[half]);
                    QuantLanes.ScaleAdd(high, d * scale1, -(dmin * minimum1), ref target[32 + half]);
                }
            }
        }
    }

    /// <summary>128 bytes of lower halves, 64 bytes of upper bit pairs, 16 signed scales, d: d s (q - 32) for every 16 values.</summary>
    public static void Q6K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; blocks.Length > 0; blocks = blocks[210..], values = values[Block..])
        {
            var block = blocks[..210];
            var d = QuantLanes.HalfAt(block, 208);
            for (var part = 0; part < 2; part++) // 128 values each
            {
                for (var half = 0; half < 2; half++)
                {
                    var first = QuantLanes.Load(block, 64 * part + 16 * half);
                    var second = QuantLanes.Load(block, 64 * part + 32 + 16 * half);
                    var upper = QuantLanes.Load(block, 128 + 32 * part + 16 * half);
                    var target = values.Slice(128 * part, 128);
                    var scales = block.Slice(192 + 8 * part, 8);
                    Store6(QuantLanes.Low(first), upper, 0, d * (sbyte)scales[half], ref target[16 * half]);
                    Store6(QuantLanes.Low(second), upper, 2, d * (sbyte)scales[2 + half], ref target[32 + 16 * half]);
                    Store6(QuantLanes.High(first), upper, 4, d * (sbyte)scales[4 + half], ref target[64 + 16 * half]);
                    Store6(QuantLanes.High(second), upper, 6, d * (sbyte)scales[6 + half], ref target[96 + 16 * half]);
                }
            }
        }
    }

    // The bit pair at the given shift of each upper byte becomes bits 4 and 5. The 16-bit shift carries bits across bytes, the mask drops them.
    private static void Store6(Vector128<byte> low, Vector128<byte> upper, int shift, float scale, ref float values)
    {
        var pair = (upper.AsUInt16() >>> shift).AsByte() & Vector128.Create((byte)3);
        var q = low | (pair.AsUInt16() << 4).AsByte();
        QuantLanes.Scale(q.AsSByte() - Vector128.Create((sbyte)32), scale, ref values);
    }

    // Eight scales and eight minima of six bits in twelve bytes: 0 to 3 lie in the lower six bits of bytes 0 to 3 and 4 to 7; 4 to 7 have
    // their lower four bits in bytes 8 to 11 and their upper two in the top of bytes 0 to 7.
    private static (int Scale, int Minimum) ScaleAndMinimum(ReadOnlySpan<byte> packed, int index)
    {
        if (index < 4) return (packed[index] & 63, packed[index + 4] & 63);
        return ((packed[index + 4] & 15) | ((packed[index - 4] >> 6) << 4), (packed[index + 4] >> 4) | ((packed[index] >> 6) << 4));
    }
}
