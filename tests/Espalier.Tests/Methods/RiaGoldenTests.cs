using Espalier.Methods;
using Espalier.Methods.Ria;
using Espalier.Numerics;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;
using Xunit;

namespace Espalier.Tests.Methods;

/// <summary>RIA, and the methods that its official code brings along, against that code on a toy network of two blocks.</summary>
public sealed class RiaGoldenTests
{
    [Theory]
    [InlineData("ria_whole_s50", "ria", 0.5, "unstructured", null, "exponent=0.5")]
    [InlineData("ria_perout_s50", "ria", 0.5, "unstructured", "row", "exponent=0.5")]
    [InlineData("ria_perout_s60_a1", "ria", 0.6, "unstructured", "row", "exponent=1")]
    [InlineData("ria_whole_s37_a0", "ria", 0.37, "unstructured", null, "exponent=0")]
    [InlineData("ri_whole_s50", "ria", 0.5, "unstructured", null, "exponent=0")]
    [InlineData("ri_2of4", "ria", 0.5, "2:4", null, "exponent=0")]
    [InlineData("ria_2of4", "ria", 0.5, "2:4", null, "exponent=0.5")]
    [InlineData("ria_4of8", "ria", 0.5, "4:8", null, "exponent=0.5")]
    [InlineData("wanda_perout_s50", "wanda", 0.5, "unstructured", null, null)]
    [InlineData("magnitude_whole_s50", "magnitude", 0.5, "unstructured", null, null)]
    public void Masks_of_all_layers_equal_the_official_ones(string golden, string method, double sparsity, string pattern, string? scope, string? option)
    {
        using var network = new ToyNetwork("ria");
        network.Prune((layer, weight, samples) =>
        {
            var statistic = $"out.{golden}.{layer}.scaler_row";
            if (network.Has(statistic)) AssertStatistic(network.Values(statistic), samples);
            var mask = LayerCase.Mask(method, weight, samples, sparsity, pattern, scope is null ? null : SelectionScope.Row, option is null ? [] : [option]);
            Assert.Equal(network.Mask($"out.{golden}.{layer}.pruned"), mask);
            return mask;
        });
    }

    [Theory]
    [InlineData("ria_whole_s50", 0.5)]
    [InlineData("ria_perout_s60_a1", 1)]
    public void Scores_equal_the_official_ones(string golden, double exponent)
    {
        using var network = new ToyNetwork("ria");
        var first = true;
        network.Prune((layer, weight, samples) =>
        {
            if (first)
            {
                using var expected = network.Matrix($"out.{golden}.{layer}.score");
                using var scores = Score(new RiaMethod(new RiaOptions { Exponent = exponent }), weight, samples);
                for (var i = 0; i < scores.Length; i++) Assert.Equal(expected.AsSpan()[i], scores.AsSpan()[i], 2e-6 * expected.AsSpan()[i]);
            }
            first = false;
            return Mask.Full(weight.Rows, weight.Columns);
        });
    }

    [Fact]
    public void Wanda_over_the_whole_layer_removes_exactly_the_fraction_where_that_code_removes_one_more()
    {
        using var network = new ToyNetwork("ria");
        network.Prune((layer, weight, samples) =>
        {
            var mask = LayerCase.Mask("wanda", weight, samples, 0.5, scope: SelectionScope.Layer);
            Assert.Equal(mask.Length / 2, mask.Kept);
            var golden = network.Mask($"out.wanda_whole_s50.{layer}.pruned");
            Assert.Equal(mask.Kept - 1, golden.Kept);
            for (var i = 0; i < mask.Rows; i++)
                for (var j = 0; j < mask.Columns; j++) Assert.True(mask[i, j] || !golden[i, j]);
            return golden;
        });
    }

    private static Matrix Score(ScoringMethod method, Matrix weight, IReadOnlyList<Matrix> samples)
    {
        using var statistics = LayerCase.Statistics(StatisticsNeeds.SumOfSquares, samples);
        return method.Score(new LayerProblem { Layer = "layer", Weight = weight, Statistics = statistics, Sparsity = 0.5, Pattern = SparsityPattern.Unstructured, Kernels = KernelSettings.Default });
    }

    private static void AssertStatistic(float[] expected, IReadOnlyList<Matrix> samples)
    {
        using var statistics = LayerCase.Statistics(StatisticsNeeds.SumOfSquares, samples);
        var actual = statistics.MeanSquares();
        for (var j = 0; j < expected.Length; j++) Assert.Equal(expected[j], actual[j], 1e-5 * expected[j]);
    }
}
