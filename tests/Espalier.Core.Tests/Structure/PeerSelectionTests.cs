using System.Text.Json;
using Espalier.Coupling;
using Espalier.Coupling.Surgery;
using Espalier.Graphs;
using Espalier.Structure;
using Xunit;

namespace Espalier.Core.Tests.Structure;

/// <summary>Pruning runs of Torch-Pruning 1.6.1: which channels went, and how many parameters were left.</summary>
public sealed class PeerSelectionTests : IDisposable
{
    private static readonly Dictionary<string, long> Sizes = new() { ["batch"] = 1 };
    private readonly PeerNet _peer = new();

    /// <summary>Rankings over several groups take all scores before anything goes, in the peer as here.</summary>
    [Theory]
    [InlineData("prune.global_l2_40", 0.4, RankingScope.Global)]
    [InlineData("prune.global_taylor_40", 0.4, RankingScope.Global)]
    [InlineData("prune.global_bnscale_30", 0.3, RankingScope.Global)]
    [InlineData("prune.global_max80_60", 0.6, RankingScope.Global)]
    [InlineData("prune.isomorphic_40", 0.4, RankingScope.Isomorphic)]
    public void Rankings_over_groups_remove_what_the_peer_removes(string name, double ratio, RankingScope scope)
    {
        var map = CouplingMap.Of(_peer.Build());
        var plan = UnitSelector.Select(map, Scores(map, name), new SelectionOptions { Ratio = ratio, Measure = PruneMeasure.Channels, Scope = scope, Sizes = Sizes });
        var expected = _peer.Case(name).GetProperty("removed_in_order").EnumerateArray().Select(Entry).Order(StringComparer.Ordinal);
        Assert.Equal(expected, plan.Groups.Select(group => Text(group.Group.Name, group.Units)).Order(StringComparer.Ordinal));
        CheckParameters(name, map, plan);
    }

    /// <summary>Every step takes scores anew from the network that the step before left.</summary>
    [Theory]
    [InlineData("prune.local_l2_50", 0.5, 1)]
    [InlineData("prune.local_l1_30", 0.3, 1)]
    [InlineData("prune.local_iter3_50", 0.5, 3)]
    [InlineData("prune.local_dict", 0.25, 1)]
    public void Rankings_inside_groups_remove_what_the_peer_removes(string name, double ratio, int steps)
    {
        var options = new SelectionOptions { Ratio = ratio, Overrides = name == "prune.local_dict" ? [new GroupOverride("conv2", 0.6)] : [] };
        CompareSteps(name, options, PruneSchedule.Linear(steps));
    }

    /// <summary>A group that rounding down would empty (bra and brb with multiples of 4) stays whole in the peer; see the next test.</summary>
    [Fact]
    public void Rounded_widths_are_those_of_the_peer() =>
        CompareSteps("prune.local_round4_50", new SelectionOptions { Ratio = 0.5, RoundTo = 4, Overrides = [new GroupOverride("br?", null)] }, PruneSchedule.OneShot);

    [Fact]
    public void Groups_that_rounding_down_would_empty_keep_one_multiple()
    {
        var map = CouplingMap.Of(_peer.Build());
        var plan = UnitSelector.Select(map, UnitScores.Of(map, UnitCriteria.L2), new SelectionOptions { Ratio = 0.5, Measure = PruneMeasure.Channels, Scope = RankingScope.Local, RoundTo = 4, Sizes = Sizes });
        Assert.Equal(["bra 4", "brb 4", "conv1 4", "conv2 4", "conv4 4", "fc1 4"], plan.Groups.Select(group => $"{group.Group.Name} {group.Kept}").Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// A unit before or behind a grouped convolution is one local index in every group, so a removal takes the same indices as in the peer. It
    /// averages producers over groups and repeats consumers for each; here a unit is the sum of all it removes. These choices are the same.
    /// </summary>
    [Theory]
    [InlineData("gnet.prune_local_50", 0.5, RankingScope.Local)]
    [InlineData("gnet.prune_global_40", 0.4, RankingScope.Global)]
    public void Grouped_convolutions_lose_what_the_peer_removes(string name, double ratio, RankingScope scope)
    {
        var graph = _peer.BuildGrouped();
        var removed = _peer.Case(name).GetProperty("removed_in_order").EnumerateArray().ToDictionary(entry => entry[0].GetString()!, entry => entry[1].EnumerateArray().Select(index => index.GetInt32()).ToArray());
        var map = CouplingMap.Of(graph);
        var plan = UnitSelector.Select(map, UnitScores.Of(map, UnitCriteria.L2), new SelectionOptions { Ratio = ratio, Measure = PruneMeasure.Channels, Scope = scope, Sizes = Sizes });
        Assert.All(plan.Groups, group => Assert.Equal(removed[group.Group.Name], Rows(group)));
        Assert.Equal(removed.Count, plan.Groups.Count);
        CheckParameters(name, map, plan);
    }

    public void Dispose() => _peer.Dispose();

    private void CompareSteps(string name, SelectionOptions options, IReadOnlyList<ScheduleStep> schedule)
    {
        var graph = _peer.Build();
        var baseline = PruneBaseline.Of(CouplingMap.Of(graph), Sizes);
        var actual = new List<string>();
        foreach (var step in schedule)
        {
            var map = CouplingMap.Of(graph);
            var plan = UnitSelector.Select(map, Scores(map, name), options with { Measure = PruneMeasure.Channels, Scope = RankingScope.Local, Step = step, Baseline = baseline, Sizes = Sizes });
            actual.AddRange(plan.Groups.Select(group => $"step {step.Number} {Text(group.Group.Name, group.Units)}"));
            graph = GraphSurgery.Cut(map, plan.Removals).Graph;
        }
        var removed = _peer.Case(name).GetProperty("removed_in_order").EnumerateArray().ToArray();
        var expected = removed.Select((entry, i) => $"step {(i * schedule.Count / removed.Length) + 1} {Entry(entry)}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
        CheckWidths(name, graph);
    }

    /// <summary>Rows of the weight that makes the channels.</summary>
    private static int[] Rows(GroupRemoval removal)
    {
        var units = removal.Group.Members.First(member => member.Role == MemberRole.Output).Units;
        return [.. Enumerable.Range(0, units.Count).Where(i => removal.Units.Contains(units[i]))];
    }

    private UnitScores Scores(CouplingMap map, string name)
    {
        if (name.Contains("taylor", StringComparison.Ordinal)) return UnitScores.Of(map, UnitCriteria.Taylor(new PeerGradients(_peer)), new ScoringOptions { Parts = MemberParts.Products });
        var criterion = name.Contains("bnscale", StringComparison.Ordinal) ? UnitCriteria.BatchScale : name.Contains("l1", StringComparison.Ordinal) ? UnitCriteria.L1 : UnitCriteria.L2;
        return UnitScores.Of(map, criterion);
    }

    private static string Entry(JsonElement entry) => Text(PeerImportanceTests.NameOf(entry[0].GetString()!), entry[1].EnumerateArray().Select(index => index.GetInt32()));

    private static string Text(string name, IEnumerable<int> units) => $"{name}: {string.Join(' ', units)}";

    private void CheckParameters(string name, CouplingMap map, RemovalPlan plan)
    {
        Assert.Equal(_peer.Case(name).GetProperty("parameters").GetInt64(), plan.After.Parameters);
        CheckWidths(name, GraphSurgery.Cut(map, plan.Removals).Graph);
    }

    private void CheckWidths(string name, Graph graph)
    {
        foreach (var layer in _peer.Case(name).GetProperty("widths").EnumerateObject())
            Assert.Equal(layer.Value.EnumerateArray().Select(size => size.GetInt64()), graph.Parameters[layer.Name + ".weight"].Shape.ToArray());
        Assert.Equal(_peer.Case(name).GetProperty("parameters").GetInt64(), graph.Parameters.Values.Where(parameter => parameter.Role == ParameterRole.Weight).Sum(parameter => parameter.Shape.ElementCount));
    }
}
