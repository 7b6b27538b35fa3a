using System.Globalization;
using Espalier.Methods.Wanda;
using Espalier.Numerics;
using Espalier.Sparsity;
using Xunit;

namespace Espalier.Tests.Methods;

/// <summary>Wanda's adaptive rows against the official code on a toy network of three blocks.</summary>
public sealed class WandaAdaptiveTests
{
    [Theory]
    [InlineData("variant_s50", 0.5, true)]
    [InlineData("variant_s30", 0.3, true)]
    [InlineData("variant_s65", 0.65, true)]
    [InlineData("plain_s50", 0.5, false)]
    public void Masks_and_shares_of_all_layers_equal_the_official_ones(string golden, double sparsity, bool adaptive)
    {
        using var network = new ToyNetwork("wanda-variant");
        var index = 0;
        network.Prune((layer, weight, samples) =>
        {
            var (pruned, solution) = LayerCase.Prune("wanda", weight, samples, sparsity, options: $"adaptive={(adaptive ? "true" : "false")}");
            pruned.Dispose();
            Assert.Equal(network.Mask($"out.{golden}.{layer}.pruned"), solution.Mask);
            if (adaptive)
            {
                var share = network.Number($"out.{golden}.alpha", index++).ToString("P2", CultureInfo.InvariantCulture);
                Assert.Contains(share, Assert.Single(solution.Remarks), StringComparison.Ordinal);
            }
            return solution.Mask;
        });
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.25)]
    [InlineData(0.4)]
    [InlineData(0.6)]
    public void The_mask_of_a_given_share_equals_the_official_one(double alpha)
    {
        using var network = new ToyNetwork("wanda-variant");
        using var scores = network.Matrix("in.metric");
        var name = "out.alpha" + alpha.ToString(CultureInfo.InvariantCulture);
        var mask = AdaptiveSelection.AtShare(scores, alpha);
        Assert.Equal(network.Mask(name + ".pruned"), mask);
    }

    [Fact]
    public void The_sparsity_is_met_within_a_thousandth_and_rows_differ()
    {
        using var scores = LayerCase.Correlated(64, 256, 3);
        foreach (ref var value in scores.AsSpan()) value = Math.Abs(value);
        var (mask, alpha) = AdaptiveSelection.Select(scores, 0.5);
        Assert.InRange(mask.Sparsity, 0.499, 0.501);
        Assert.InRange(alpha, 0, 0.8);
        Assert.True(Enumerable.Range(0, mask.Rows).Select(mask.KeptInRow).Distinct().Count() > 5);
    }

    [Fact]
    public void Nothing_is_removed_at_sparsity_zero_or_from_a_row_whose_lowest_score_exceeds_its_share()
    {
        using var scores = Matrix.FromRows(2, 3, [1, 1, 1, 0.1f, 1, 5]);
        Assert.Equal(Mask.Full(2, 3), AdaptiveSelection.Select(scores, 0).Mask);
        var mask = AdaptiveSelection.AtShare(scores, 0.2);
        Assert.Equal(3, mask.KeptInRow(0));
        Assert.Equal(1, mask.KeptInRow(1));
    }

    [Fact]
    public void A_score_that_is_no_number_is_refused()
    {
        using var scores = Matrix.FromRows(1, 2, [1, float.NaN]);
        Assert.Contains("row 0", Assert.Throws<UsageException>(() => AdaptiveSelection.AtShare(scores, 0.4)).Message, StringComparison.Ordinal);
    }
}
