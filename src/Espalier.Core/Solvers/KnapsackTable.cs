using System.Runtime.Intrinsics;

namespace Espalier.Solvers;

/// <summary>The table of the exact knapsack: two rolling rows of best values by capacity, and a row of bits an item that tells where the item is in.</summary>
internal static unsafe class KnapsackTable
{
    /// <summary>The factor by which costs must be coarsened for the table to fit, 1 if it fits.</summary>
    public static long Coarsening(int items, long capacity, long bytes)
    {
        // A capacity takes a bit an item, two doubles, and two more for what lies before capacity 0.
        var highest = Math.Clamp((long)(bytes / ((items / 8.0) + 32)), 1024, Array.MaxLength / 2);
        var words = Math.Max(1, Array.MaxLength / Math.Max(1, items));
        highest = Math.Min(highest, (long)words * 64 - 64);
        return capacity < highest ? 1 : (capacity / highest) + 1;
    }

    /// <summary>Which items are in the best choice; among equal ones those with lower indices.</summary>
    /// <param name="values">Values, at least 0.</param>
    /// <param name="costs">Costs in units, at least 0; an item that is dearer than the capacity is out.</param>
    /// <param name="capacity">Units in all.</param>
    /// <param name="cancellation">Stops between items.</param>
    public static bool[] Solve(double[] values, long[] costs, long capacity, CancellationToken cancellation)
    {
        var words = checked((int)((capacity + 64) / 64));
        var width = words * 64;
        var before = (int)Math.Min(capacity, costs.Length == 0 ? 0 : costs.Max());
        var bits = new ulong[(long)values.Length * words];
        var best = new double[before + width];
        var next = new double[before + width];
        // No choice has a negative capacity: what would look there loses.
        best.AsSpan(0, before).Fill(double.NegativeInfinity);
        next.AsSpan(0, before).Fill(double.NegativeInfinity);
        // The first item comes last, where the trace begins: with equal values it is preferred.
        for (var i = values.Length - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            if (costs[i] > capacity) continue;
            Extend(best, next, before, (int)costs[i], values[i], bits.AsSpan(checked((int)((long)i * words)), words));
            (best, next) = (next, best);
        }
        var chosen = new bool[values.Length];
        for (var (i, room) = (0, capacity); i < values.Length; i++)
        {
            chosen[i] = (bits[((long)i * words) + (room / 64)] >> (int)(room % 64) & 1) != 0;
            if (chosen[i]) room -= costs[i];
        }
        return chosen;
    }

    /// <summary>next[w] = max(best[w], best[w - cost] + value), and a bit where the item is in.</summary>
    private static void Extend(double[] best, double[] next, int before, int cost, double value, Span<ulong> bits)
    {
        var added = Vector256.Create(value);
        fixed (double* source = best, target = next)
        {
            var without = source + before;
            var with = without - cost;
            for (var word = 0; word < bits.Length; word++)
            {
                var flags = 0UL;
                for (var bit = 0; bit < 64; bit += 4)
                {
                    var w = (word * 64) + bit;
                    var taken = Vector256.Load(with + w) + added;
                    var left = Vector256.Load(without + w);
                    flags |= (ulong)Vector256.GreaterThanOrEqual(taken, left).ExtractMostSignificantBits() << bit;
                    Vector256.Max(taken, left).Store(target + before + w);
                }
                bits[word] = flags;
            }
        }
    }
}
