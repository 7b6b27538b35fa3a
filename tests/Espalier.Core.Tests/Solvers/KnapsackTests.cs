using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>Both knapsack solutions against all choices, and the golden instance of the card.</summary>
public sealed class KnapsackTests
{
    private static readonly KnapsackItem[] s_card = [new(60, 10), new(100, 20), new(120, 30), new(30, 15)];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000_000_007)]
    public void TheCardsInstance(long factor)
    {
        KnapsackItem[] items = [.. s_card.Select(item => item with { Cost = item.Cost * factor })];
        var greedy = Knapsack.Greedy(items, 50 * factor);
        Assert.Equal([0, 1], greedy.Kept);
        Assert.Equal((160, 30 * factor, false), (greedy.Value, greedy.Cost, greedy.Optimal));
        var exact = Samples.Exact(items, 50 * factor);
        Assert.Equal([1, 2], exact.Kept);
        Assert.Equal((220, 50 * factor, true), (exact.Value, exact.Cost, exact.Optimal));
        Assert.Null(exact.Remark);
    }

    [Fact]
    public void TheExactChoiceIsTheBestOfAll()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var items = Random(4 + (seed % 9), seed, highestCost: 1 + (seed * 3));
            var budget = Knapsack.Budget(items, 0.1 * (seed % 11));
            var (greedy, exact) = (Knapsack.Greedy(items, budget), Samples.Exact(items, budget));
            var best = Enumerable.Range(0, 1 << items.Length).Max(set =>
            {
                var chosen = items.Where((_, i) => (set >> i & 1) != 0).ToArray();
                return chosen.Sum(item => item.Cost) <= budget ? chosen.Sum(item => item.Value) : -1;
            });
            Assert.Equal(best, exact.Value, Tolerances.Double);
            AssertHolds(items, budget, exact);
            AssertHolds(items, budget, greedy);
            Assert.True(greedy.Value <= exact.Value + Tolerances.Double);
            // The greedy choice breaks off at one item, which alone makes the difference; see the bound of the card.
            Assert.True(exact.Value - greedy.Value <= items.Max(item => item.Value) + Tolerances.Double);
            KnapsackItem[] scaled = [.. items.Select(item => item with { Value = item.Value * 8 })];
            Assert.Equal(exact.Kept, Samples.Exact(scaled, budget).Kept);
            Assert.Equal(greedy.Kept, Knapsack.Greedy(scaled, budget).Kept);
        }
    }

    [Fact]
    public void EqualCostsMakeItAChoiceByValue()
    {
        var random = new Random(1);
        for (var n = 5; n < 100; n += 13)
        {
            // Whole values with ties: of equal ones the first stay.
            KnapsackItem[] items = [.. Enumerable.Range(0, n).Select(_ => new KnapsackItem(random.Next(20), 36))];
            var budget = Knapsack.Budget(items, 0.4);
            var count = (int)(budget / 36);
            var best = Enumerable.Range(0, n).OrderByDescending(i => items[i].Value).ThenBy(i => i).Take(count).Order();
            Assert.Equal(best, Knapsack.Greedy(items, budget).Kept);
            Assert.Equal(best, Samples.Exact(items, budget).Kept);
        }
    }

    [Fact]
    public void WithRoomForAllNothingGoes()
    {
        var items = Random(30, 3, 1000);
        items[4] = new(0, 12);
        var budget = Knapsack.Budget(items, 0);
        Assert.Equal(items.Sum(item => item.Cost), budget);
        Assert.Equal(Enumerable.Range(0, 30), Knapsack.Greedy(items, budget).Kept);
        Assert.Equal(Enumerable.Range(0, 30), Samples.Exact(items, budget).Kept);
        Assert.True(Knapsack.Greedy(items, budget).Optimal);
        Assert.Empty(Samples.Exact([], 5).Kept);
    }

    [Fact]
    public void ItemsOfNoCostStay()
    {
        KnapsackItem[] items = [new(1, 5), new(0, 0), new(2, 0), new(3, 9)];
        Assert.Equal([1, 2], Knapsack.Greedy(items, 0).Kept);
        Assert.Equal([1, 2], Samples.Exact(items, 0).Kept);
        Assert.Equal([0, 1, 2], Samples.Exact(items, 8).Kept);
    }

    [Fact]
    public void EveryGroupKeepsItsMinimum()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            // The items of group 1 are worth next to nothing.
            KnapsackItem[] items = [.. Random(12, seed, 50).Select((item, i) => new KnapsackItem(i % 3 == 1 ? item.Value * 1e-6 : item.Value, item.Cost, i % 3))];
            var settings = new KnapsackSettings { MinimumPerGroup = [1, 2] };
            var budget = Knapsack.Budget(items, 0.5);
            var forced = Enumerable.Range(0, 12).Where(i => i % 3 == 1).OrderByDescending(i => items[i].Value).Take(2)
                .Append(Enumerable.Range(0, 12).Where(i => i % 3 == 0).MaxBy(i => items[i].Value)).ToArray();
            foreach (var result in new[] { Knapsack.Greedy(items, budget, settings), Samples.Exact(items, budget, settings) })
            {
                AssertHolds(items, budget, result);
                Assert.Empty(forced.Except(result.Kept));
            }
            var best = Enumerable.Range(0, 1 << 12).Where(set => forced.All(i => (set >> i & 1) != 0)).Max(set =>
            {
                var chosen = items.Where((_, i) => (set >> i & 1) != 0).ToArray();
                return chosen.Sum(item => item.Cost) <= budget ? chosen.Sum(item => item.Value) : -1;
            });
            Assert.Equal(best, Samples.Exact(items, budget, settings).Value, Tolerances.Double);
        }
        var error = Assert.Throws<EspalierException>(() => Samples.Exact(s_card, 19, new() { MinimumPerGroup = [2] }));
        Assert.Contains("cost 50 together, the budget is 19", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LargeTablesAreCoarsenedAndSaySo()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var items = Random(80, seed, 60_000);
            var budget = Knapsack.Budget(items, 0.45);
            var exact = Samples.Exact(items, budget);
            Assert.True(exact.Optimal);
            var coarse = Samples.Exact(items, budget, new() { TableBytes = 100_000 });
            Assert.False(coarse.Optimal);
            Assert.Contains("exceeds 100000 bytes: costs were rounded to multiples of", coarse.Remark, StringComparison.Ordinal);
            AssertHolds(items, budget, coarse);
            Assert.InRange(coarse.Value, Knapsack.Greedy(items, budget).Value, exact.Value);
            // Some 2500 units for 80 items: each is off by half a unit at most, 1.6 % of the budget together.
            Assert.InRange(coarse.Value / exact.Value, 0.984, 1);
        }
    }

    [Fact]
    public void BudgetsAreCountedInDecimals()
    {
        KnapsackItem[] ten = [new(1, 10)];
        Assert.Equal(1, Knapsack.Budget(ten, 0.9));
        Assert.Equal(7, Knapsack.Budget(ten, 0.3));
        Assert.Equal(6, Knapsack.Budget(ten, 0.33));
        Assert.Equal(0, Knapsack.Budget(ten, 1));
        Assert.Equal(9_000_000_000_000_000_000, Knapsack.Budget([new(1, 9_000_000_000_000_000_000)], 0));
        Assert.Throws<UsageException>(() => Knapsack.Budget(ten, 1.1));
        Assert.Throws<UsageException>(() => Knapsack.Budget(ten, double.NaN));
    }

    [Fact]
    public void ImpossibleItemsAreNamed()
    {
        foreach (var item in new KnapsackItem[] { new(-1, 1), new(double.NaN, 1), new(double.PositiveInfinity, 1), new(1, -1), new(1, 1, -1) })
            Assert.Contains("item 1", Assert.Throws<UsageException>(() => Knapsack.Greedy([new(1, 1), item], 5)).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => Samples.Exact(s_card, -1));
    }

    private static void AssertHolds(KnapsackItem[] items, long budget, KnapsackResult result)
    {
        Assert.Equal(result.Kept.Order(), result.Kept);
        Assert.Equal(result.Kept.Sum(i => items[i].Cost), result.Cost);
        Assert.Equal(result.Kept.Sum(i => items[i].Value), result.Value, Tolerances.Double);
        Assert.InRange(result.Cost, 0, budget);
    }

    private static KnapsackItem[] Random(int count, int seed, int highestCost)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new KnapsackItem(random.NextDouble() * 100, 12 * (1 + random.Next(highestCost))))];
    }
}
