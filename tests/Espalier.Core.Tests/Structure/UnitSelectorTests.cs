using Espalier.Coupling;
using Espalier.Coupling.Surgery;
using Espalier.Data;
using Espalier.Formats.Onnx;
using Espalier.Structure;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Structure;

/// <summary>What goes, and what is refused.</summary>
public sealed class UnitSelectorTests : IDisposable
{
    private static readonly Dictionary<string, long> Sizes = new() { ["batch"] = 1 };
    private readonly PeerNet _peer = new();
    private readonly CouplingMap _map;
    private readonly UnitScores _scores;

    public UnitSelectorTests()
    {
        _map = CouplingMap.Of(_peer.Build());
        _scores = UnitScores.Of(_map, UnitCriteria.L2);
    }

    /// <summary>The same choice by the simplest means: sort all units, remove one after the other, count everything anew by cutting the graph.</summary>
    [Theory]
    [InlineData(PruneMeasure.Parameters, 0.3)]
    [InlineData(PruneMeasure.Parameters, 0.75)]
    [InlineData(PruneMeasure.Macs, 0.5)]
    public void Units_go_by_ascending_score_until_the_target_is_met(PruneMeasure measure, double ratio)
    {
        var plan = UnitSelector.Select(_map, _scores, Options(ratio) with { Measure = measure, MinimumKeptShare = 0 });
        var removed = _map.Groups.ToDictionary(group => group, _ => new List<int>());
        var dense = new StructureCost(_map, Sizes);
        var limit = (measure == PruneMeasure.Macs ? dense.Macs : dense.Parameters) * (1 - ratio);
        foreach (var (group, unit) in _map.Groups.SelectMany(group => Enumerable.Range(0, group.Size).Select(unit => (group, unit))).OrderBy(pair => _scores[pair.group]![pair.unit]))
        {
            if (removed[group].Count == group.Size - 1) continue;
            removed[group].Add(unit);
            var cut = new StructureCost(CouplingMap.Of(GraphSurgery.Cut(_map, removed.ToDictionary(pair => pair.Key, pair => (IReadOnlyCollection<int>)pair.Value)).Graph), Sizes);
            if ((measure == PruneMeasure.Macs ? cut.Macs : cut.Parameters) > limit) continue;
            Assert.Equal((cut.Parameters, cut.Macs), (plan.After.Parameters, plan.After.Macs));
            break;
        }
        Assert.Equal(removed.Where(pair => pair.Value.Count > 0).Select(pair => $"{pair.Key.Name}: {string.Join(' ', pair.Value.Order())}"), plan.Groups.Select(Text));
        Assert.Equal((dense.Parameters, dense.Macs, 52), (plan.Before.Parameters, plan.Before.Macs, plan.Before.Units));
        Assert.Equal(52 - plan.Groups.Sum(group => group.Units.Count), plan.After.Units);
    }

    [Fact]
    public void Equal_scores_go_by_group_and_index()
    {
        var equal = new UnitScores(_map.Groups.ToDictionary(group => group, group => new double[group.Size]));
        var plan = UnitSelector.Select(_map, equal, Options(0.25) with { Measure = PruneMeasure.Channels });
        // 13 of 52: the first group keeps 1 of 8, the rest comes from the second.
        Assert.Equal(["conv1: 0 1 2 3 4 5 6", "conv2: 0 1 2 3 4 5"], plan.Groups.Select(Text));
    }

    [Theory]
    [InlineData(RankingScope.Local)]
    [InlineData(RankingScope.Global)]
    [InlineData(RankingScope.Isomorphic)]
    public void Minimums_and_multiples_hold(RankingScope scope)
    {
        foreach (var measure in Enum.GetValues<PruneMeasure>())
        {
            var plan = UnitSelector.Select(_map, _scores, Options(0.3) with { Scope = scope, Measure = measure, RoundTo = 3, MinimumKept = 3, MinimumKeptShare = 0.45 });
            Assert.NotEmpty(plan.Groups);
            Assert.All(plan.Groups, group =>
            {
                Assert.Equal(0, group.Kept % 3);
                Assert.True(group.Kept >= Math.Max(3, 0.45 * group.Group.Size));
                Assert.True(group.Units.Max(unit => _scores[group.Group]![unit]) <= Enumerable.Range(0, group.Group.Size).Except(group.Units).Min(unit => _scores[group.Group]![unit]));
            });
            var (before, after) = measure switch
            {
                PruneMeasure.Parameters => (plan.Before.Parameters, plan.After.Parameters),
                PruneMeasure.Macs => (plan.Before.Macs, plan.After.Macs),
                _ => (plan.Before.Units, plan.After.Units),
            };
            Assert.True(after <= Math.Ceiling(before * 0.7));
        }
    }

    /// <summary>The message of a refusal names a share that then works.</summary>
    [Theory]
    [InlineData(PruneMeasure.Parameters, RankingScope.Global)]
    [InlineData(PruneMeasure.Macs, RankingScope.Local)]
    [InlineData(PruneMeasure.Channels, RankingScope.Global)]
    public void What_cannot_be_reached_is_refused_with_what_can(PruneMeasure measure, RankingScope scope)
    {
        var options = Options(0.95) with { Measure = measure, Scope = scope, MinimumKeptShare = 0.5 };
        var message = Assert.Throws<UsageException>(() => UnitSelector.Select(_map, _scores, options)).Message;
        var reachable = double.Parse(message.Split("allow ")[1].Split(" %")[0], System.Globalization.CultureInfo.InvariantCulture) / 100;
        Assert.NotEmpty(UnitSelector.Select(_map, _scores, options with { Ratio = reachable - 1e-4 }).Groups);
        Assert.Throws<UsageException>(() => UnitSelector.Select(_map, _scores, options with { Ratio = reachable + 0.02 }));
    }

    [Fact]
    public void Overrides_hold_by_name()
    {
        var options = Options(0.5) with { Measure = PruneMeasure.Channels, Scope = RankingScope.Local, Overrides = [new("conv4", 0.25), new("conv*", null), new("fc1", 0)] };
        var plan = UnitSelector.Select(_map, _scores, options);
        Assert.Equal(["bra 3", "brb 3", "conv4 9"], plan.Groups.Select(group => $"{group.Group.Name} {group.Kept}").Order(StringComparer.Ordinal));
        Assert.Equal(["conv1", "conv2"], plan.Whole.Select(whole => whole.Group.Name).Order(StringComparer.Ordinal));
        Assert.All(plan.Whole, whole => Assert.Contains("conv*", whole.Reason, StringComparison.Ordinal));
        var message = Assert.Throws<UsageException>(() => UnitSelector.Select(_map, _scores, Options(0.5) with { Overrides = [new("layer?", null)] })).Message;
        Assert.Contains("'layer?'", message, StringComparison.Ordinal);
        Assert.Contains("'conv4'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1, 1, 0.1, 1)]
    [InlineData(1, 1, 0.1, 1)]
    [InlineData(double.NaN, 1, 0.1, 1)]
    [InlineData(0.5, 0, 0.1, 1)]
    [InlineData(0.5, 1, 1.1, 1)]
    [InlineData(0.5, 1, 0.1, 0)]
    public void Options_out_of_range_are_refused(double ratio, int kept, double share, int roundTo) =>
        Assert.Throws<UsageException>(() => UnitSelector.Select(_map, _scores, Options(ratio) with { MinimumKept = kept, MinimumKeptShare = share, RoundTo = roundTo }));

    [Fact]
    public void Groups_without_scores_stay_whole_and_say_so()
    {
        var plan = UnitSelector.Select(_map, UnitScores.Of(_map, UnitCriteria.BatchScale), Options(0.3));
        Assert.Equal(["bra", "brb", "fc1"], plan.Whole.Select(whole => whole.Group.Name).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(plan.Groups, group => plan.Whole.Any(whole => whole.Group == group.Group));
    }

    /// <summary>Features of heads and blocks go only when asked for.</summary>
    [Theory]
    [InlineData("vit_b_16-ts", UnitKind.HeadFeature)]
    [InlineData("regnet_y_400mf-ts-bn", UnitKind.Block)]
    public void Kinds_go_on_request(string name, UnitKind kind)
    {
        using var model = OnnxModel.Open(ZooModel.Require(name).ModelPath);
        var map = CouplingMap.Of(model.Graph);
        var scores = UnitScores.Of(map, UnitCriteria.L2);
        var options = Options(0.3) with { Measure = PruneMeasure.Channels, Sizes = model.Graph.Values.Values.SelectMany(value => value.Shape ?? []).SelectMany(dim => dim.Symbols).Distinct().ToDictionary(symbol => symbol, _ => 1L) };
        Assert.DoesNotContain(UnitSelector.Select(map, scores, options).Groups, group => group.Group.Kind == kind);
        var asked = UnitSelector.Select(map, scores, options with { Kinds = [kind] });
        Assert.NotEmpty(asked.Groups);
        Assert.All(asked.Groups, group => Assert.Equal(kind, group.Group.Kind));
        Assert.Equal(map.Groups.Count(group => group.Kind != kind), asked.Whole.Count);
    }

    /// <summary>A transformer of six equal blocks: its residual stream, and one pool for each place of a block. Every pool loses its own share.</summary>
    [Fact]
    public void Isomorphic_groups_compete_among_themselves()
    {
        using var model = OnnxModel.Open(ZooModel.Require("vit_b_16-ts").ModelPath);
        var map = CouplingMap.Of(model.Graph);
        // Later groups score higher, so within a pool early blocks lose everything that they may, and none of it counts against other pools.
        var scores = new UnitScores(map.Groups.ToDictionary(group => group, group => Enumerable.Repeat((double)group.Index, group.Size).ToArray()));
        var plan = UnitSelector.Select(map, scores, Options(0.5) with { Measure = PruneMeasure.Channels, Scope = RankingScope.Isomorphic, Kinds = Enum.GetValues<UnitKind>(), Sizes = new Dictionary<string, long> { ["batch"] = 1 } });
        var removed = plan.Groups.GroupBy(group => $"{group.Group.Kind} {group.Group.Size}").Select(set => $"{set.Key}: {string.Join(' ', set.Select(group => group.Units.Count))}");
        Assert.Equal(["Channel 24: 12", "Channel 48: 43 43 43 15", "Head 3: 2 2 2 2 1", "HeadFeature 8: 7 7 7 3"], removed.Order(StringComparer.Ordinal));
    }

    /// <summary>Steps on graphs that are cut in between end at the target of the graph before the first, within one unit of the largest group.</summary>
    [Theory]
    [InlineData(PruneMeasure.Parameters)]
    [InlineData(PruneMeasure.Macs)]
    [InlineData(PruneMeasure.Channels)]
    public void Steps_refer_to_the_graph_before_the_first(PruneMeasure measure)
    {
        var graph = _map.Graph;
        var baseline = PruneBaseline.Of(_map, Sizes);
        var dense = new StructureSize(baseline.Parameters, baseline.Macs, 52);
        foreach (var step in PruneSchedule.Linear(4))
        {
            var map = CouplingMap.Of(graph);
            var plan = UnitSelector.Select(map, UnitScores.Of(map, UnitCriteria.L2), Options(0.6) with { Measure = measure, Step = step, Baseline = baseline });
            var share = 1 - (0.6 * step.Number / 4);
            var (before, after, whole) = measure switch
            {
                PruneMeasure.Parameters => (plan.Before.Parameters, plan.After.Parameters, dense.Parameters),
                PruneMeasure.Macs => (plan.Before.Macs, plan.After.Macs, dense.Macs),
                _ => (plan.Before.Units, plan.After.Units, dense.Units),
            };
            Assert.True(after <= whole * share && before > whole * share);
            graph = GraphSurgery.Cut(map, plan.Removals).Graph;
        }
        var other = CouplingMap.Of(_peer.BuildGrouped());
        Assert.Throws<UsageException>(() => UnitSelector.Select(other, UnitScores.Of(other, UnitCriteria.L2), Options(0.6) with { Baseline = baseline }));
        Assert.Throws<UsageException>(() => PruneSchedule.Linear(0));
    }

    [Fact]
    public void The_same_request_gives_the_same_plan()
    {
        var options = Options(0.5) with { Scope = RankingScope.Local };
        var plans = Enumerable.Range(0, 2).Select(_ =>
        {
            var map = CouplingMap.Of(_peer.Build());
            return string.Join('\n', UnitSelector.Select(map, UnitScores.Of(map, UnitCriteria.Random(new SeededRandom(4).NextInt32(9))), options).Groups.Select(Text));
        }).ToArray();
        Assert.Equal(plans[0], plans[1]);
    }

    public void Dispose() => _peer.Dispose();

    private static SelectionOptions Options(double ratio) => new() { Ratio = ratio, Sizes = Sizes };

    private static string Text(GroupRemoval removal) => $"{removal.Group.Name}: {string.Join(' ', removal.Units)}";
}
