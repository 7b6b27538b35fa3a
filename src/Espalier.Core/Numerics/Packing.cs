using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Espalier.Numerics;

/// <summary>
/// Copies an operand of a product into strips of <c>lanes</c> indices: strip s holds [k][lanes], so the innermost loop reads memory in order.
/// The last strip is filled up with zeros.
/// </summary>
internal static unsafe class Packing
{
    /// <summary>
    /// All strips of an operand whose indices are neighbours in memory: element (k, i) at source[k * stride + i], strip s at destination + s * lanes * depth.
    /// A few rows at a time go to all strips, so the source is read in order and every line of the destination is written at once; strip by strip
    /// would touch each line of the source again and again, at a stride that caches handle badly.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Natural(float* source, long stride, int count, int lanes, int depth, float* destination)
    {
        const int rows = 4;
        var strip = (long)lanes * depth;
        for (var k = 0; k < depth; k += rows)
        {
            var end = Math.Min(depth, k + rows);
            var target = destination + ((long)k * lanes);
            for (var i = 0; i < count; i += lanes, target += strip)
            {
                if (i + lanes > count) CopyPart(source + i, stride, k, end, count - i, lanes, target);
                else if (lanes == 8) Copy8(source + i, stride, k, end, target);
                else if (lanes % 16 == 0) Copy16(source + i, stride, k, end, lanes, target);
                else CopyPart(source + i, stride, k, end, lanes, lanes, target);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy8(float* source, long stride, int from, int to, float* target)
    {
        for (var k = from; k < to; k++, target += 8) Vector256.Load(source + (k * stride)).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy16(float* source, long stride, int from, int to, int lanes, float* target)
    {
        for (var k = from; k < to; k++)
        {
            for (var v = 0; v < lanes; v += 16, target += 16) Vector512.Load(source + (k * stride) + v).Store(target);
        }
    }

    private static void CopyPart(float* source, long stride, int from, int to, int valid, int lanes, float* target)
    {
        for (var k = from; k < to; k++, target += lanes)
        {
            new ReadOnlySpan<float>(source + (k * stride), valid).CopyTo(new Span<float>(target, lanes));
            new Span<float>(target + valid, lanes - valid).Clear();
        }
    }

    /// <summary>One strip whose indices are rows in memory: element (k, i) at source[i * stride + k].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transposed(float* source, long stride, int valid, int lanes, int depth, float* destination)
    {
        var i = 0;
        if (Avx.IsSupported)
        {
            for (; i + 8 <= valid; i += 8)
            {
                var k = 0;
                for (; k + 8 <= depth; k += 8)
                    Transpose8(source + (i * stride) + k, stride, destination + ((long)k * lanes) + i, lanes);
                for (; k < depth; k++)
                    for (var r = i; r < i + 8; r++) destination[((long)k * lanes) + r] = source[(r * stride) + k];
            }
        }
        for (; i < valid; i++)
            for (var k = 0; k < depth; k++) destination[((long)k * lanes) + i] = source[(i * stride) + k];
        for (; i < lanes; i++)
            for (var k = 0; k < depth; k++) destination[((long)k * lanes) + i] = 0f;
    }

    /// <summary>The way back: destination[i * stride + k] = source[k * lanes + i] for the valid rows i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Restore(float* source, int lanes, int valid, int depth, float* destination, long stride)
    {
        var i = 0;
        if (Avx.IsSupported)
        {
            for (; i + 8 <= valid; i += 8)
            {
                var k = 0;
                for (; k + 8 <= depth; k += 8)
                    Transpose8(source + ((long)k * lanes) + i, lanes, destination + (i * stride) + k, stride);
                for (; k < depth; k++)
                    for (var r = i; r < i + 8; r++) destination[(r * stride) + k] = source[((long)k * lanes) + r];
            }
        }
        for (; i < valid; i++)
            for (var k = 0; k < depth; k++) destination[(i * stride) + k] = source[((long)k * lanes) + i];
    }

    /// <summary>Transposes 8 x 8 floats in registers: pairs, then quadruples, then halves change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8(float* source, long sourceStride, float* target, long targetStride)
    {
        var r0 = Vector256.Load(source);
        var r1 = Vector256.Load(source + sourceStride);
        var r2 = Vector256.Load(source + (2 * sourceStride));
        var r3 = Vector256.Load(source + (3 * sourceStride));
        var r4 = Vector256.Load(source + (4 * sourceStride));
        var r5 = Vector256.Load(source + (5 * sourceStride));
        var r6 = Vector256.Load(source + (6 * sourceStride));
        var r7 = Vector256.Load(source + (7 * sourceStride));
        var t0 = Avx.UnpackLow(r0, r1);
        var t1 = Avx.UnpackHigh(r0, r1);
        var t2 = Avx.UnpackLow(r2, r3);
        var t3 = Avx.UnpackHigh(r2, r3);
        var t4 = Avx.UnpackLow(r4, r5);
        var t5 = Avx.UnpackHigh(r4, r5);
        var t6 = Avx.UnpackLow(r6, r7);
        var t7 = Avx.UnpackHigh(r6, r7);
        r0 = Avx.Shuffle(t0, t2, 0x44);
        r1 = Avx.Shuffle(t0, t2, 0xEE);
        r2 = Avx.Shuffle(t1, t3, 0x44);
        r3 = Avx.Shuffle(t1, t3, 0xEE);
        r4 = Avx.Shuffle(t4, t6, 0x44);
        r5 = Avx.Shuffle(t4, t6, 0xEE);
        r6 = Avx.Shuffle(t5, t7, 0x44);
        r7 = Avx.Shuffle(t5, t7, 0xEE);
        Avx.Permute2x128(r0, r4, 0x20).Store(target);
        Avx.Permute2x128(r1, r5, 0x20).Store(target + targetStride);
        Avx.Permute2x128(r2, r6, 0x20).Store(target + (2 * targetStride));
        Avx.Permute2x128(r3, r7, 0x20).Store(target + (3 * targetStride));
        Avx.Permute2x128(r0, r4, 0x31).Store(target + (4 * targetStride));
        Avx.Permute2x128(r1, r5, 0x31).Store(target + (5 * targetStride));
        Avx.Permute2x128(r2, r6, 0x31).Store(target + (6 * targetStride));
        Avx.Permute2x128(r3, r7, 0x31).Store(target + (7 * targetStride));
    }
}
