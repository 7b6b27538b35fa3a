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
    /// <summary>One strip whose indices are neighbours in memory: element (k, i) at source[k * stride + i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Natural(float* source, long stride, int valid, int lanes, int depth, float* destination)
    {
        if (valid == lanes && lanes == 8 && Vector256.IsHardwareAccelerated)
        {
            for (var k = 0; k < depth; k++) Vector256.Load(source + (k * stride)).Store(destination + (k * 8L));
            return;
        }
        if (valid == lanes && lanes == 48 && Vector512.IsHardwareAccelerated)
        {
            for (var k = 0; k < depth; k++, source += stride, destination += 48)
            {
                Vector512.Load(source).Store(destination);
                Vector512.Load(source + 16).Store(destination + 16);
                Vector512.Load(source + 32).Store(destination + 32);
            }
            return;
        }
        for (var k = 0; k < depth; k++)
        {
            var row = new Span<float>(destination + ((long)k * lanes), lanes);
            new ReadOnlySpan<float>(source + (k * stride), valid).CopyTo(row);
            row[valid..].Clear();
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
