using Espalier.Core.Tests.Coupling;
using Espalier.Core.Tests.HuggingFace;
using Espalier.Coupling;
using Espalier.Coupling.Surgery;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Structure;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Structure;

/// <summary>Predicted costs against the cost model on graphs that were really cut, and against a recount from lists of kept indices.</summary>
public sealed class StructureCostTests
{
    public static TheoryData<string> Zoo => [.. ZooModel.Names];

    [Theory]
    [MemberData(nameof(Zoo))]
    public void Predictions_equal_cut_graphs(string name)
    {
        using var model = OnnxModel.Open(ZooModel.Require(name).ModelPath);
        Check(model.Graph, seeds: 3);
    }

    /// <summary>Attention as one operator, whose numbers of heads are attributes.</summary>
    [Theory]
    [InlineData(8, 4, 2)]
    [InlineData(24, 6, 2)]
    [InlineData(32, 4, 4)]
    public void Heads_and_their_features_are_counted(int hidden, int heads, int kvHeads) =>
        Check(new LlamaFixture(hidden, 12, 2, heads, kvHeads, 11).Build(), seeds: 12);

    [Fact]
    public void Units_that_come_back_restore_the_cost()
    {
        using var peer = new PeerNet();
        var map = CouplingMap.Of(peer.Build());
        var cost = new StructureCost(map, new Dictionary<string, long> { ["batch"] = 1 });
        var dense = (cost.Parameters, cost.Macs);
        cost.Remove(map.Groups[0], 1, 1, 2);
        cost.Remove(map.Groups[1], 0);
        Assert.True(cost.IsRemoved(map.Groups[0], 2));
        Assert.True(cost.Parameters < dense.Parameters && cost.Macs < dense.Macs);
        cost.Restore(map.Groups[1], 0);
        cost.Restore(map.Groups[0], 2, 1, 0);
        Assert.Equal(dense, (cost.Parameters, cost.Macs));
    }

    /// <summary>A chain of convolutions by hand: two groups that meet in one weight share it.</summary>
    [Fact]
    public void Costs_are_bilinear_in_neighbouring_widths()
    {
        using var peer = new PeerNet();
        var map = CouplingMap.Of(peer.Build());
        var cost = new StructureCost(map, new Dictionary<string, long> { ["batch"] = 2 });
        var (parameters, macs) = (cost.Parameters, cost.Macs);
        // conv4 [12, 13, 3, 3] on 6 x 6 maps loses one row and two columns; bn4, fc1 (9 columns of 9 rows), brb [7, 8, 3, 3] and its bias follow.
        cost.Remove(map.Groups.Single(group => group.Name == "conv4"), 5);
        cost.Remove(map.Groups.Single(group => group.Name == "brb"), 0, 6);
        Assert.Equal((12 * 13 * 9) - (11 * 11 * 9) + 2 + (9 * 9) + (2 * 8 * 9) + 2, parameters - cost.Parameters);
        Assert.Equal(2 * ((36 * ((12 * 13 * 9) - (11 * 11 * 9))) + (9 * 9) + (36 * 2 * 8 * 9)), macs - cost.Macs);
    }

    [Fact]
    public void A_symbol_without_a_size_is_named()
    {
        using var peer = new PeerNet();
        var map = CouplingMap.Of(peer.Build());
        Assert.Contains("'batch'", Assert.Throws<UsageException>(() => new StructureCost(map, new Dictionary<string, long>())).Message, StringComparison.Ordinal);
    }

    private static void Check(Graph graph, int seeds)
    {
        var sizes = Sizes(graph);
        var map = CouplingMap.Of(graph);
        var dense = new StructureCost(map, sizes);
        Assert.Equal(CostModel.Measure(graph, sizes).Macs, dense.Macs);
        Assert.Equal(Weights(graph), dense.Parameters);
        for (var seed = 0; seed < seeds; seed++)
        {
            var cost = new StructureCost(map, sizes);
            var removals = CutCheck.Draw(map, new Random(seed), _ => true);
            // One by one, in an order that mixes groups: the count is incremental.
            foreach (var (group, unit) in removals.SelectMany(pair => pair.Value.Select(unit => (pair.Key, unit))).OrderBy(pair => (pair.unit, pair.Key.Index))) cost.Remove(group, unit);
            var cut = GraphSurgery.Cut(map, removals).Graph;
            Assert.Equal(CutCheck.PredictParameters(map, removals), cost.Parameters);
            Assert.Equal(Weights(cut), cost.Parameters);
            Assert.Equal(CostModel.Measure(cut, sizes).Macs, cost.Macs);
        }
    }

    private static long Weights(Graph graph) => graph.Parameters.Values.Where(parameter => parameter.Role == ParameterRole.Weight).Sum(parameter => parameter.Shape.ElementCount);

    /// <summary>A different size for each symbol, so that confusions show.</summary>
    private static Dictionary<string, long> Sizes(Graph graph) => graph.Values.Values.SelectMany(value => value.Shape ?? []).SelectMany(dim => dim.Symbols).Distinct()
        .Select((symbol, i) => (symbol, i)).ToDictionary(pair => pair.symbol, pair => 32L + (16 * pair.i));
}
