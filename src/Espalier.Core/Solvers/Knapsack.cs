namespace Espalier.Solvers;

/// <summary>
/// The 0/1 knapsack of "Knapsack Pruning with Inner Distillation", Aflalo et al. 2020, arXiv 2002.08258, section 3: which items to keep so that
/// their value is highest and their cost within a budget. Among items of equal worth those with lower indices stay.
/// </summary>
public static class Knapsack
{
    /// <summary>floor((1 - r) total cost), r the share of the cost to remove. In decimals: 0.9 of 10 leaves 1, in binary it would leave 0.</summary>
    /// <exception cref="UsageException">The share is not in [0, 1].</exception>
    public static long Budget(IReadOnlyList<KnapsackItem> items, double removedShare)
    {
        if (!(removedShare is >= 0 and <= 1))
            throw new UsageException($"a share of {removedShare} cannot be removed", "ratio", "Use a number from 0 to 1");
        return (long)Math.Floor((1 - (decimal)removedShare) * TotalCost(items));
    }

    /// <summary>The greedy solution of the paper's code: items are removed by ascending value per cost until the rest fits. What could have
    /// stayed in the room that is left then is not taken back. O(n log n).</summary>
    /// <param name="items">Items.</param>
    /// <param name="budget">What the kept items may cost.</param>
    /// <param name="settings">Options.</param>
    /// <exception cref="UsageException">Values, costs, groups or the budget are out of range.</exception>
    /// <exception cref="EspalierException">The forced items alone exceed the budget.</exception>
    public static KnapsackResult Greedy(IReadOnlyList<KnapsackItem> items, long budget, KnapsackSettings? settings = null)
    {
        var forced = Forced(items, budget, settings ?? new());
        var kept = Enumerable.Repeat(true, items.Count).ToArray();
        var optimal = TotalCost(items) <= budget;
        Trim(items, [.. Enumerable.Range(0, items.Count).Where(i => !forced[i])], kept, budget);
        return Result(items, kept, optimal, null);
    }

    /// <summary>The best choice by dynamic programming: costs are divided by their greatest common divisor, and a table of bits tells for every item and
    /// capacity whether the item is in. O(n B / gcd) time and bits. Where the table would exceed <see cref="KnapsackSettings.TableBytes"/>, costs are
    /// rounded to coarser units, the choice is made to fit and filled up with true costs, and the better of it and the greedy one is returned;
    /// the remark says so.</summary>
    /// <param name="items">Items.</param>
    /// <param name="budget">What the kept items may cost.</param>
    /// <param name="settings">Options.</param>
    /// <param name="cancellation">Stops between items.</param>
    /// <exception cref="UsageException">Values, costs, groups or the budget are out of range.</exception>
    /// <exception cref="EspalierException">The forced items alone exceed the budget.</exception>
    public static KnapsackResult Exact(
        IReadOnlyList<KnapsackItem> items, long budget, KnapsackSettings? settings = null, CancellationToken cancellation = default)
    {
        settings ??= new();
        var forced = Forced(items, budget, settings);
        // Forced items and free ones (of no cost) are in; those that do not even fit alone are out.
        var kept = forced.Select((must, i) => must || items[i].Cost == 0).ToArray();
        var room = budget - CostOf(items, kept);
        var open = Enumerable.Range(0, items.Count).Where(i => !kept[i] && items[i].Cost <= room).ToArray();
        if (open.Sum(i => items[i].Cost) <= room)
        {
            foreach (var i in open) kept[i] = true;
            return Result(items, kept, true, null);
        }
        var unit = open.Aggregate(0L, (divisor, i) => Divisor(divisor, items[i].Cost));
        var scale = KnapsackTable.Coarsening(open.Length, room / unit, settings.TableBytes);
        var costs = open.Select(i => (long)Math.Round(items[i].Cost / unit / (double)scale)).ToArray();
        if (scale == 1) costs = [.. open.Select(i => items[i].Cost / unit)];
        var chosen = KnapsackTable.Solve([.. open.Select(i => items[i].Value)], costs, room / unit / scale, cancellation);
        for (var k = 0; k < open.Length; k++) kept[open[k]] = chosen[k];
        if (scale == 1) return Result(items, kept, true, null);
        Trim(items, [.. open.Where(i => kept[i])], kept, budget);
        Fill(items, open, kept, budget);
        var remark = $"The table of {open.Length} items by {(room / unit) + 1} capacities exceeds {settings.TableBytes} bytes: costs were rounded to multiples"
            + $" of {scale * unit}, so the choice may miss the best value slightly.";
        var coarse = Result(items, kept, false, remark);
        var greedy = Greedy(items, budget, settings);
        return greedy.Value > coarse.Value ? greedy with { Remark = remark + " The greedy choice was better and was taken." } : coarse;
    }

    private static long Divisor(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }

    private static bool[] Forced(IReadOnlyList<KnapsackItem> items, long budget, KnapsackSettings settings)
    {
        if (budget < 0) throw new UsageException($"a budget of {budget} is impossible", "budget");
        for (var i = 0; i < items.Count; i++)
        {
            if (!(items[i].Value >= 0) || double.IsInfinity(items[i].Value) || items[i].Cost < 0 || items[i].Group < 0)
                throw new UsageException($"item {i} has the value {items[i].Value}, the cost {items[i].Cost} and the group {items[i].Group};"
                    + " values must be finite, none negative", "items");
        }
        var forced = new bool[items.Count];
        foreach (var group in Enumerable.Range(0, items.Count).GroupBy(i => items[i].Group))
        {
            var minimum = group.Key < settings.MinimumPerGroup.Count ? settings.MinimumPerGroup[group.Key] : 0;
            foreach (var i in group.OrderByDescending(i => items[i].Value).ThenBy(i => i).Take(minimum)) forced[i] = true;
        }
        var cost = CostOf(items, forced);
        if (cost > budget)
            throw new EspalierException($"the items that must stay cost {cost} together, the budget is {budget}", null, "Lower the minimum per group, or remove less");
        return forced;
    }

    /// <summary>Removes candidates by ascending value per cost, higher indices first, until what is kept fits.</summary>
    private static void Trim(IReadOnlyList<KnapsackItem> items, int[] candidates, bool[] kept, long budget)
    {
        var cost = CostOf(items, kept);
        foreach (var i in candidates.OrderBy(i => Worth(items[i])).ThenByDescending(i => i))
        {
            if (cost <= budget) return;
            kept[i] = false;
            cost -= items[i].Cost;
        }
    }

    /// <summary>Adds candidates by descending value per cost, as far as they fit.</summary>
    private static void Fill(IReadOnlyList<KnapsackItem> items, int[] candidates, bool[] kept, long budget)
    {
        var room = budget - CostOf(items, kept);
        foreach (var i in candidates.Where(i => !kept[i]).OrderByDescending(i => Worth(items[i])).ThenBy(i => i))
        {
            if (items[i].Cost > room) continue;
            kept[i] = true;
            room -= items[i].Cost;
        }
    }

    private static double Worth(KnapsackItem item) => item.Cost == 0 ? double.PositiveInfinity : item.Value / item.Cost;

    private static long TotalCost(IReadOnlyList<KnapsackItem> items) => items.Sum(item => item.Cost);

    private static long CostOf(IReadOnlyList<KnapsackItem> items, bool[] kept) => items.Where((_, i) => kept[i]).Sum(item => item.Cost);

    private static KnapsackResult Result(IReadOnlyList<KnapsackItem> items, bool[] kept, bool optimal, string? remark)
    {
        int[] list = [.. Enumerable.Range(0, items.Count).Where(i => kept[i])];
        return new() { Kept = list, Value = list.Sum(i => items[i].Value), Cost = CostOf(items, kept), Optimal = optimal, Remark = remark };
    }
}
