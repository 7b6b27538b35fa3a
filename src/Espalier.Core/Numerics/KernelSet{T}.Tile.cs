using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Espalier.Numerics;

/// <summary>The kernels of one vector width.</summary>
internal sealed unsafe partial class KernelSet<TOps, TVector> : KernelSet
    where TOps : struct, ISimd<TVector>
    where TVector : struct
{
    public override int Width => TOps.Width;

    public override void Tile(long depth, float* a, float* b, float* c, long stride, TileMode mode)
    {
        // Eight rows at once need 24 accumulators and so 32 registers; with 16 registers the same strips are done in two halves.
        if (TOps.Width == 16)
        {
            Tile8(depth, a, b, c, stride, mode);
        }
        else
        {
            // The later rows first: a product with a triangle in place (the sweep) still needs the earlier ones for them.
            Tile4(depth, a + 4, b, c + (4 * stride), stride, mode);
            Tile4(depth, a, b, c, stride, mode);
        }
    }


    /// <summary>8 rows by three vectors. Per term: three loads of B, 8 broadcasts of A, 24 fused multiply-adds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8(long depth, float* a, float* b, float* c, long stride, TileMode mode)
    {
        Prefetch(c, stride);
        var w = TOps.Width;
        TVector c00 = TOps.Zero, c01 = TOps.Zero, c02 = TOps.Zero;
        TVector c10 = TOps.Zero, c11 = TOps.Zero, c12 = TOps.Zero;
        TVector c20 = TOps.Zero, c21 = TOps.Zero, c22 = TOps.Zero;
        TVector c30 = TOps.Zero, c31 = TOps.Zero, c32 = TOps.Zero;
        TVector c40 = TOps.Zero, c41 = TOps.Zero, c42 = TOps.Zero;
        TVector c50 = TOps.Zero, c51 = TOps.Zero, c52 = TOps.Zero;
        TVector c60 = TOps.Zero, c61 = TOps.Zero, c62 = TOps.Zero;
        TVector c70 = TOps.Zero, c71 = TOps.Zero, c72 = TOps.Zero;
        for (var end = b + (depth * 3 * w); b < end; b += 3 * w, a += TileRows)
        {
            TVector b0 = TOps.Load(b), b1 = TOps.Load(b + w), b2 = TOps.Load(b + (2 * w));
            var a0 = TOps.Broadcast(a[0]);
            c00 = TOps.MultiplyAdd(a0, b0, c00);
            c01 = TOps.MultiplyAdd(a0, b1, c01);
            c02 = TOps.MultiplyAdd(a0, b2, c02);
            var a1 = TOps.Broadcast(a[1]);
            c10 = TOps.MultiplyAdd(a1, b0, c10);
            c11 = TOps.MultiplyAdd(a1, b1, c11);
            c12 = TOps.MultiplyAdd(a1, b2, c12);
            var a2 = TOps.Broadcast(a[2]);
            c20 = TOps.MultiplyAdd(a2, b0, c20);
            c21 = TOps.MultiplyAdd(a2, b1, c21);
            c22 = TOps.MultiplyAdd(a2, b2, c22);
            var a3 = TOps.Broadcast(a[3]);
            c30 = TOps.MultiplyAdd(a3, b0, c30);
            c31 = TOps.MultiplyAdd(a3, b1, c31);
            c32 = TOps.MultiplyAdd(a3, b2, c32);
            var a4 = TOps.Broadcast(a[4]);
            c40 = TOps.MultiplyAdd(a4, b0, c40);
            c41 = TOps.MultiplyAdd(a4, b1, c41);
            c42 = TOps.MultiplyAdd(a4, b2, c42);
            var a5 = TOps.Broadcast(a[5]);
            c50 = TOps.MultiplyAdd(a5, b0, c50);
            c51 = TOps.MultiplyAdd(a5, b1, c51);
            c52 = TOps.MultiplyAdd(a5, b2, c52);
            var a6 = TOps.Broadcast(a[6]);
            c60 = TOps.MultiplyAdd(a6, b0, c60);
            c61 = TOps.MultiplyAdd(a6, b1, c61);
            c62 = TOps.MultiplyAdd(a6, b2, c62);
            var a7 = TOps.Broadcast(a[7]);
            c70 = TOps.MultiplyAdd(a7, b0, c70);
            c71 = TOps.MultiplyAdd(a7, b1, c71);
            c72 = TOps.MultiplyAdd(a7, b2, c72);
        }
        Put(c, c00, c01, c02, mode);
        Put(c + stride, c10, c11, c12, mode);
        Put(c + (2 * stride), c20, c21, c22, mode);
        Put(c + (3 * stride), c30, c31, c32, mode);
        Put(c + (4 * stride), c40, c41, c42, mode);
        Put(c + (5 * stride), c50, c51, c52, mode);
        Put(c + (6 * stride), c60, c61, c62, mode);
        Put(c + (7 * stride), c70, c71, c72, mode);
    }

    /// <summary>4 rows by three vectors. Per term: three loads of B, 4 broadcasts of A, 12 fused multiply-adds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(long depth, float* a, float* b, float* c, long stride, TileMode mode)
    {
        var w = TOps.Width;
        TVector c00 = TOps.Zero, c01 = TOps.Zero, c02 = TOps.Zero;
        TVector c10 = TOps.Zero, c11 = TOps.Zero, c12 = TOps.Zero;
        TVector c20 = TOps.Zero, c21 = TOps.Zero, c22 = TOps.Zero;
        TVector c30 = TOps.Zero, c31 = TOps.Zero, c32 = TOps.Zero;
        for (var end = b + (depth * 3 * w); b < end; b += 3 * w, a += TileRows)
        {
            TVector b0 = TOps.Load(b), b1 = TOps.Load(b + w), b2 = TOps.Load(b + (2 * w));
            var a0 = TOps.Broadcast(a[0]);
            c00 = TOps.MultiplyAdd(a0, b0, c00);
            c01 = TOps.MultiplyAdd(a0, b1, c01);
            c02 = TOps.MultiplyAdd(a0, b2, c02);
            var a1 = TOps.Broadcast(a[1]);
            c10 = TOps.MultiplyAdd(a1, b0, c10);
            c11 = TOps.MultiplyAdd(a1, b1, c11);
            c12 = TOps.MultiplyAdd(a1, b2, c12);
            var a2 = TOps.Broadcast(a[2]);
            c20 = TOps.MultiplyAdd(a2, b0, c20);
            c21 = TOps.MultiplyAdd(a2, b1, c21);
            c22 = TOps.MultiplyAdd(a2, b2, c22);
            var a3 = TOps.Broadcast(a[3]);
            c30 = TOps.MultiplyAdd(a3, b0, c30);
            c31 = TOps.MultiplyAdd(a3, b1, c31);
            c32 = TOps.MultiplyAdd(a3, b2, c32);
        }
        Put(c, c00, c01, c02, mode);
        Put(c + stride, c10, c11, c12, mode);
        Put(c + (2 * stride), c20, c21, c22, mode);
        Put(c + (3 * stride), c30, c31, c32, mode);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Narrow(long depth, float* a, float* b, float* c, long stride)
    {
        var w = TOps.Width;
        TVector c0 = TOps.Zero, c1 = TOps.Zero, c2 = TOps.Zero, c3 = TOps.Zero, c4 = TOps.Zero, c5 = TOps.Zero, c6 = TOps.Zero, c7 = TOps.Zero;
        for (var end = b + (depth * 3 * w); b < end; b += 3 * w, a += TileRows)
        {
            var b0 = TOps.Load(b);
            c0 = TOps.MultiplyAdd(TOps.Broadcast(a[0]), b0, c0);
            c1 = TOps.MultiplyAdd(TOps.Broadcast(a[1]), b0, c1);
            c2 = TOps.MultiplyAdd(TOps.Broadcast(a[2]), b0, c2);
            c3 = TOps.MultiplyAdd(TOps.Broadcast(a[3]), b0, c3);
            c4 = TOps.MultiplyAdd(TOps.Broadcast(a[4]), b0, c4);
            c5 = TOps.MultiplyAdd(TOps.Broadcast(a[5]), b0, c5);
            c6 = TOps.MultiplyAdd(TOps.Broadcast(a[6]), b0, c6);
            c7 = TOps.MultiplyAdd(TOps.Broadcast(a[7]), b0, c7);
        }
        TOps.Store(c, c0);
        TOps.Store(c + stride, c1);
        TOps.Store(c + (2 * stride), c2);
        TOps.Store(c + (3 * stride), c3);
        TOps.Store(c + (4 * stride), c4);
        TOps.Store(c + (5 * stride), c5);
        TOps.Store(c + (6 * stride), c6);
        TOps.Store(c + (7 * stride), c7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, TVector v0, TVector v1, TVector v2, TileMode mode)
    {
        var w = TOps.Width;
        if (mode == TileMode.Add)
        {
            v0 = TOps.Add(TOps.Load(c), v0);
            v1 = TOps.Add(TOps.Load(c + w), v1);
            v2 = TOps.Add(TOps.Load(c + (2 * w)), v2);
        }
        else if (mode == TileMode.Subtract)
        {
            v0 = TOps.Subtract(TOps.Load(c), v0);
            v1 = TOps.Subtract(TOps.Load(c + w), v1);
            v2 = TOps.Subtract(TOps.Load(c + (2 * w)), v2);
        }
        TOps.Store(c, v0);
        TOps.Store(c + w, v1);
        TOps.Store(c + (2 * w), v2);
    }

    /// <summary>Asks for the destination early: its rows are far apart, and the tile takes longer than the memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* c, long stride)
    {
        if (!Sse.IsSupported) return;
        for (var row = 0; row < TileRows; row++, c += stride)
        {
            Sse.Prefetch0(c);
            Sse.Prefetch0(c + 16);
            Sse.Prefetch0(c + 32);
        }
    }
}
