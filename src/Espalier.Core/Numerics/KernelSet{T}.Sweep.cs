using System.Runtime.CompilerServices;
using Espalier.Solvers;

namespace Espalier.Numerics;

/// <content>The loops of the SparseGPT sweep. Lanes are rows of the weight, so rows never exchange anything.</content>
internal sealed unsafe partial class KernelSet<TOps, TVector>
{
    /// <summary>Columns that are updated together: their eight accumulators see each earlier column once.</summary>
    private const int Panel = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Scores(float* weights, float* diagonal, int columns, float* scores)
    {
        for (var i = 0; i < columns; i++)
        {
            var divisor = TOps.Broadcast(diagonal[i] * diagonal[i]);
            for (var v = 0; v < TileVectors; v++, weights += TOps.Width, scores += TOps.Width)
            {
                var w = TOps.Load(weights);
                TOps.Store(scores, TOps.Divide(TOps.Multiply(w, w), divisor));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override double Sweep(in SweepArguments a)
    {
        var panel = a.Group > Panel || (a.Group > 0 && Panel % a.Group != 0) ? a.Group : Panel;
        var loss = TOps.Zero;
        for (var first = 0; first < a.Columns; first += panel)
        {
            var end = Math.Min(a.Columns, first + panel);
            for (var c = first; c < end; c += Panel) Catch(a, first, c, Math.Min(end, c + Panel));
            for (var i = first; i < end; i++)
            {
                if (a.Group > 0 && i % a.Group == 0) Rank(a, i);
                loss = Column(a, i, end, loss);
            }
        }
        return TOps.Sum(loss);
    }

    /// <summary>Brings columns from..to up to date with all columns before <paramref name="done"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Catch(in SweepArguments a, int done, int from, int to)
    {
        int stride = a.LaneStride, width = TOps.Width;
        var w = a.Weights + (from * stride);
        var e = a.Errors;
        var u = a.Factor + from;
        if (to - from < Panel)
        {
            for (var i = from; i < to; i++, w += stride, u++)
            {
                var x = TOps.Load(w);
                for (var k = 0; k < done; k++) x = TOps.MultiplyAdd(TOps.Load(e + (k * width)), TOps.Broadcast(u[k * a.FactorStride]), x);
                TOps.Store(w, x);
            }
            return;
        }
        TVector x0 = TOps.Load(w), x1 = TOps.Load(w + stride), x2 = TOps.Load(w + (2 * stride)), x3 = TOps.Load(w + (3 * stride));
        TVector x4 = TOps.Load(w + (4 * stride)), x5 = TOps.Load(w + (5 * stride));
        TVector x6 = TOps.Load(w + (6 * stride)), x7 = TOps.Load(w + (7 * stride));
        for (var k = 0; k < done; k++, e += width, u += a.FactorStride)
        {
            var error = TOps.Load(e);
            x0 = TOps.MultiplyAdd(error, TOps.Broadcast(u[0]), x0);
            x1 = TOps.MultiplyAdd(error, TOps.Broadcast(u[1]), x1);
            x2 = TOps.MultiplyAdd(error, TOps.Broadcast(u[2]), x2);
            x3 = TOps.MultiplyAdd(error, TOps.Broadcast(u[3]), x3);
            x4 = TOps.MultiplyAdd(error, TOps.Broadcast(u[4]), x4);
            x5 = TOps.MultiplyAdd(error, TOps.Broadcast(u[5]), x5);
            x6 = TOps.MultiplyAdd(error, TOps.Broadcast(u[6]), x6);
            x7 = TOps.MultiplyAdd(error, TOps.Broadcast(u[7]), x7);
        }
        TOps.Store(w, x0);
        TOps.Store(w + stride, x1);
        TOps.Store(w + (2 * stride), x2);
        TOps.Store(w + (3 * stride), x3);
        TOps.Store(w + (4 * stride), x4);
        TOps.Store(w + (5 * stride), x5);
        TOps.Store(w + (6 * stride), x6);
        TOps.Store(w + (7 * stride), x7);
    }

    /// <summary>Decides one group of N:M from the weights as they are now: score -1 for pruned, 1 for kept. Lower index first among
    /// equals.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rank(in SweepArguments a, int first)
    {
        var width = TOps.Width;
        // The errors of these columns are not yet known: their place holds the scores meanwhile.
        var scores = a.Errors + (first * width);
        for (var i = 0; i < a.Group; i++)
        {
            var w = TOps.Load(a.Weights + ((first + i) * a.LaneStride));
            var d = a.Factor[((first + i) * a.FactorStride) + first + i];
            TOps.Store(scores + (i * width), TOps.Divide(TOps.Multiply(w, w), TOps.Broadcast(d * d)));
        }
        TVector one = TOps.Broadcast(1f), minus = TOps.Broadcast(-1f), limit = TOps.Broadcast(a.PrunedPerGroup);
        for (var i = 0; i < a.Group; i++)
        {
            var own = TOps.Load(scores + (i * width));
            var rank = TOps.Zero;
            for (var k = 0; k < i; k++)
                rank = TOps.Add(rank, TOps.Select(TOps.LessThanOrEqual(TOps.Load(scores + (k * width)), own), one, TOps.Zero));
            for (var k = i + 1; k < a.Group; k++)
                rank = TOps.Add(rank, TOps.Select(TOps.LessThan(TOps.Load(scores + (k * width)), own), one, TOps.Zero));
            TOps.Store(a.Scores + ((first + i) * a.LaneStride), TOps.Select(TOps.LessThan(rank, limit), minus, one));
        }
    }

    /// <summary>Prunes and rounds column i and hands its error to the columns after it, up to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Column(in SweepArguments a, int i, int end, TVector loss)
    {
        var stride = a.LaneStride;
        var u = a.Factor + (i * a.FactorStride);
        var w = TOps.Load(a.Weights + (i * stride));
        var pruned = TOps.LessThanOrEqual(TOps.Load(a.Scores + (i * stride)), TOps.Broadcast(a.Threshold));
        var q = TOps.Select(pruned, TOps.Zero, w);
        if (a.GridScale is not null)
        {
            TVector scale = TOps.Load(a.GridScale), zero = TOps.Load(a.GridZero);
            var level = TOps.Add(TOps.Round(TOps.Divide(q, scale)), zero);
            level = TOps.Min(TOps.Max(level, TOps.Zero), TOps.Broadcast(a.MaxLevel));
            // Zero is a level of the grid; the second selection keeps a pruned weight from becoming minus zero.
            q = TOps.Select(pruned, TOps.Zero, TOps.Multiply(scale, TOps.Subtract(level, zero)));
        }
        // The negative of the official error, so that the update below is an addition.
        var error = TOps.Divide(TOps.Subtract(q, w), TOps.Broadcast(u[i]));
        TOps.Store(a.Errors + (i * TOps.Width), error);
        a.PrunedBits[i] = TOps.MaskBits(pruned);
        TOps.Store(a.Weights + (i * stride), q);
        TOps.Store(a.Difference + (i * stride), TOps.Subtract(TOps.Load(a.Difference + (i * stride)), q));
        for (var j = i + 1; j < end; j++)
        {
            var target = a.Weights + (j * stride);
            TOps.Store(target, TOps.MultiplyAdd(error, TOps.Broadcast(u[j]), TOps.Load(target)));
        }
        return TOps.MultiplyAdd(error, error, loss);
    }
}
