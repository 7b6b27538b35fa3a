using System.Runtime.CompilerServices;

namespace Espalier.Numerics;

/// <summary>The softmax of attention, whose scores lie with the queries in the lanes: nothing is summed across lanes.</summary>
internal sealed unsafe partial class KernelSet<TOps, TVector>
{
    /// <summary>Less than 2^-125 next to the largest, which is 1, changes no sum: smaller exponents are raised to this one, whose power is no subnormal number.</summary>
    private const float SmallestExponent = -125;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Exponentials(float* scores, long rows, float* sums)
    {
        var w = TOps.Width;
        var stride = TileVectors * w;
        var end = scores + (rows * stride);
        TVector m0 = TOps.Load(scores), m1 = TOps.Load(scores + w), m2 = TOps.Load(scores + (2 * w));
        for (var row = scores + stride; row < end; row += stride)
        {
            m0 = TOps.Max(m0, TOps.Load(row));
            m1 = TOps.Max(m1, TOps.Load(row + w));
            m2 = TOps.Max(m2, TOps.Load(row + (2 * w)));
        }
        TVector s0 = TOps.Zero, s1 = TOps.Zero, s2 = TOps.Zero;
        for (var row = scores; row < end; row += stride)
        {
            var e0 = PowerOfTwo(TOps.Subtract(TOps.Load(row), m0));
            var e1 = PowerOfTwo(TOps.Subtract(TOps.Load(row + w), m1));
            var e2 = PowerOfTwo(TOps.Subtract(TOps.Load(row + (2 * w)), m2));
            TOps.Store(row, e0);
            TOps.Store(row + w, e1);
            TOps.Store(row + (2 * w), e2);
            s0 = TOps.Add(s0, e0);
            s1 = TOps.Add(s1, e1);
            s2 = TOps.Add(s2, e2);
        }
        TOps.Store(sums, s0);
        TOps.Store(sums + w, s1);
        TOps.Store(sums + (2 * w), s2);
    }

    /// <summary>
    /// 2^x for x at most 0, within 2e-7 relative. The whole part goes to the exponent; of the rest, r in [-1/2, 1/2], the Taylor series of exp(r ln 2) to
    /// the sixth power errs by 1.2e-7 of a unit at the ends.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector PowerOfTwo(TVector x)
    {
        var bounded = TOps.Max(x, TOps.Broadcast(SmallestExponent));
        var whole = TOps.Round(bounded);
        var r = TOps.Subtract(bounded, whole);
        var p = TOps.Broadcast(1.5403530e-4f);
        p = TOps.MultiplyAdd(p, r, TOps.Broadcast(1.3333558e-3f));
        p = TOps.MultiplyAdd(p, r, TOps.Broadcast(9.6181291e-3f));
        p = TOps.MultiplyAdd(p, r, TOps.Broadcast(5.5504109e-2f));
        p = TOps.MultiplyAdd(p, r, TOps.Broadcast(2.4022651e-1f));
        p = TOps.MultiplyAdd(p, r, TOps.Broadcast(6.9314718e-1f));
        p = TOps.MultiplyAdd(p, r, TOps.Broadcast(1f));
        return TOps.Scale(p, whole);
    }
}
