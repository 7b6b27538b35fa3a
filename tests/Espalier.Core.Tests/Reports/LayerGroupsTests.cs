using Espalier.Reports;
using Espalier.Reports.Rendering;
using Xunit;

namespace Espalier.Core.Tests.Reports;

public sealed class LayerGroupsTests
{
    private static LayerReport Layer(string name) => new()
    {
        Name = name,
        Parameter = name,
        Rows = 2,
        Columns = 2,
        Kept = 2,
        Zeros = 2,
        ZerosBefore = 0,
        HistogramLimit = 1,
        HistogramBefore = [1, 1, 1, 1],
        HistogramAfter = [1, 0, 0, 1],
        SolveSeconds = 0,
    };

    private static LayerGroups Of(params string[] names) => LayerGroups.Of([.. names.Select(Layer)]);

    [Fact]
    public void Kinds_have_the_shortest_names_that_tell_them_apart()
    {
        var groups = Of("enc.layers.0.fc1", "enc.layers.1.fc1", "dec.layers.0.fc1", "dec.layers.1.fc1", "dec.layers.1.out");
        Assert.Equal(["enc.layers.*.fc1", "dec.layers.*.fc1", "out"], groups.Groups.Select(group => group.Kind));
        Assert.Equal([0, 1], groups.Groups[0].Layers.Select(item => item.Position));
    }

    [Fact]
    public void Experts_share_the_place_of_their_block_and_layers_outside_are_told()
    {
        var groups = Of("m.layers.4.experts.0.up", "m.layers.4.experts.1.up", "m.layers.5.experts.0.up", "lm_head");
        var group = Assert.Single(groups.Groups);
        Assert.Equal([4, 4, 5], group.Layers.Select(item => item.Position));
        Assert.Equal("lm_head", Assert.Single(groups.Unplaced).Name);
        Assert.Equal("block", groups.AxisTitle);
    }

    [Fact]
    public void Names_without_numbers_follow_the_order_of_the_model()
    {
        var groups = Of("stem", "body", "head");
        Assert.Equal([0, 1, 2], Assert.Single(groups.Groups).Layers.Select(item => item.Position));
        Assert.False(groups.ByBlock);
    }

    [Fact]
    public void A_joined_histogram_keeps_every_weight()
    {
        var wide = Layer("a.0") with { HistogramLimit = 2, HistogramBefore = [0, 3, 1, 0], HistogramAfter = [0, 2, 0, 0] };
        var joined = Histogram.Of([Layer("a.1"), wide])!;
        Assert.Equal(2, joined.Limit);
        // Bins of width 1: the narrow layer's four bins of width 0.5 fall two by two into the inner ones.
        Assert.Equal([0, (2 + 3) / 8.0, (2 + 1) / 8.0, 0], joined.Before);
        Assert.Equal([0, (1 + 2) / 8.0, 1 / 8.0, 0], joined.After);
        var uneven = Histogram.Of([Layer("a.1") with { HistogramLimit = 0.7f }, wide])!;
        Assert.Equal(1, uneven.Before.Sum(), 12);
    }
}
