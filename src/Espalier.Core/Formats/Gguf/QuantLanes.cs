using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Espalier.Formats.Gguf;

/// <summary>
/// Sixteen quantised values at a time to floats. Blocks hold multiples of sixteen, so there are no remainders. Product and sum are
/// rounded separately, as in the reference; for all types here the product is exact in binary32, so fusing would change nothing.
/// </summary>
internal static class QuantLanes
{
    /// <summary>Writes <c>scale * q</c> for signed bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, ref float values)
    {
        // Four lanes of four: bytes widen to 16, then 32 bits, keeping their order.
        var (low, high) = Vector128.Widen(q);
        var (a, b) = Vector128.Widen(low);
        var (c, d) = Vector128.Widen(high);
        var factor = Vector128.Create(scale);
        (Vector128.ConvertToSingle(a) * factor).StoreUnsafe(ref values);
        (Vector128.ConvertToSingle(b) * factor).StoreUnsafe(ref values, 4);
        (Vector128.ConvertToSingle(c) * factor).StoreUnsafe(ref values, 8);
        (Vector128.ConvertToSingle(d) * factor).StoreUnsafe(ref values, 12);
    }

    /// <summary>Writes <c>scale * q + offset</c> for bytes below 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScaleAdd(Vector128<byte> q, float scale, float offset, ref float values)
    {
        var (low, high) = Vector128.Widen(q.AsSByte());
        var (a, b) = Vector128.Widen(low);
        var (c, d) = Vector128.Widen(high);
        var factor = Vector128.Create(scale);
        var shift = Vector128.Create(offset);
        (Vector128.ConvertToSingle(a) * factor + shift).StoreUnsafe(ref values);
        (Vector128.ConvertToSingle(b) * factor + shift).StoreUnsafe(ref values, 4);
        (Vector128.ConvertToSingle(c) * factor + shift).StoreUnsafe(ref values, 8);
        (Vector128.ConvertToSingle(d) * factor + shift).StoreUnsafe(ref values, 12);
    }

    /// <summary>Sixteen bytes at an offset; the caller guarantees that they exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(ReadOnlySpan<byte> bytes, int offset) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(bytes), (nuint)offset);

    /// <summary>The lower four bits of each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low(Vector128<byte> bytes) => bytes & Vector128.Create((byte)0x0F);

    /// <summary>The upper four bits of each byte. The shift is per byte because the format of the vector is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High(Vector128<byte> bytes) => (bytes.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)0x0F);

    /// <summary>Sixteen bits to sixteen bytes, bit i of the word to 0 or 16 in lane i: the fifth bit of a quantised value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> FifthBits(ushort bits)
    {
        // Lanes 0 to 7 see the lower byte, 8 to 15 the upper; each picks its bit.
        var spread = Vector128.Create(Vector64.Create((byte)bits), Vector64.Create((byte)(bits >> 8)));
        var pick = Vector128.Create(0x8040201008040201UL).AsByte();
        return Vector128.Equals(spread & pick, pick) & Vector128.Create((byte)16);
    }

    /// <summary>A binary16 number at an offset.</summary>
    public static float HalfAt(ReadOnlySpan<byte> bytes, int offset) =>
        (float)MemoryMarshal.Read<Half>(bytes[offset..]);
}
