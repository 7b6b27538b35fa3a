using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>
/// The knapsack against the official code, on random instances and on its pruning of a small residual network (importance and costs as recorded, on an input of 13 x 13,
/// where the code's costs are the true multiplications; on even inputs it counts too many). Inner distillation and importance need a network and are not tested here.
/// </summary>
public sealed class KnapsackGoldenTests
{
    private static readonly string[] s_layers =
    [
        "conv1", "layer1.0.conv1", "layer1.0.conv2", "layer1.0.downsample.0", "layer2.0.conv1", "layer2.0.conv2", "layer2.0.downsample.0", "layer2.1.conv1", "layer2.1.conv2",
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void ChoicesEqualTheOfficialCode(int instance)
    {
        using var golden = new MethodGolden("knapsack-pruning-ikd");
        var (values, costs) = (golden.Values($"solver{instance}.values"), golden.Longs($"solver{instance}.costs"));
        KnapsackItem[] items = [.. values.Select((value, i) => new KnapsackItem(value, costs[i]))];
        var recorded = golden.Case($"solver{instance}");
        var budget = recorded.GetProperty("capacity").GetInt64();
        foreach (var (result, name) in new[] { (Knapsack.Greedy(items, budget), "greedy"), (Samples.Exact(items, budget), "dp") })
        {
            Assert.Equal(golden.Indices($"solver{instance}.{name}_kept"), result.Kept);
            Assert.Equal(recorded.GetProperty($"{name}_value").GetDouble(), result.Value, Tolerances.Double);
            Assert.Equal(recorded.GetProperty($"{name}_cost").GetInt64(), result.Cost);
        }
    }

    [Theory]
    [InlineData("noskip", "greedy", 25)]
    [InlineData("noskip", "greedy", 50)]
    [InlineData("noskip", "dp", 25)]
    [InlineData("noskip", "dp", 50)]
    [InlineData("skip", "greedy", 25)]
    [InlineData("skip", "greedy", 50)]
    [InlineData("skip", "dp", 25)]
    [InlineData("skip", "dp", 50)]
    public void ANetworkLosesTheChannelsThatTheOfficialCodeTakes(string skip, string solution, int percent)
    {
        using var golden = new MethodGolden("knapsack-pruning-ikd");
        List<string[]> groups = [["layer1.0.conv1"], ["layer2.0.conv1"], ["layer2.1.conv1"]];
        // With prune_skip the last convolutions and the shortcut of a stage are one group.
        if (skip == "skip") groups.AddRange([["layer1.0.conv2", "layer1.0.downsample.0"], ["layer2.0.conv2", "layer2.0.downsample.0", "layer2.1.conv2"]]);
        var costs = golden.Longs("costs.input13");
        var items = new List<KnapsackItem>();
        var channels = new List<(int Group, int Channel)>();
        for (var g = 0; g < groups.Count; g++)
        {
            var values = groups[g].Select(layer => golden.Values($"importance.taylor.{layer}")).ToArray();
            var cost = groups[g].Sum(layer => costs[3 * Array.IndexOf(s_layers, layer)]);
            for (var c = 0; c < values[0].Length; c++)
            {
                items.Add(new(values.Sum(layer => layer[c]), cost, g));
                channels.Add((g, c));
            }
        }
        var budget = Knapsack.Budget(items, percent / 100.0);
        var result = solution == "dp" ? Samples.Exact(items, budget) : Knapsack.Greedy(items, budget);
        var pruned = Enumerable.Range(0, items.Count).Except(result.Kept).Select(i => channels[i]).ToLookup(pair => pair.Group, pair => pair.Channel);

        var recorded = golden.Case($"prune.{skip}.{solution}.r{percent}");
        Assert.Equal(recorded.GetProperty("pruned_items").GetInt32(), items.Count - result.Kept.Count);
        var layers = recorded.GetProperty("pruned");
        for (var g = 0; g < groups.Count; g++)
        {
            foreach (var layer in groups[g])
            {
                int[] expected = layers.TryGetProperty(layer, out var list) ? [.. list.EnumerateArray().Select(element => element.GetInt32())] : [];
                Assert.Equal(expected, pruned[g].Order());
            }
        }
    }
}
