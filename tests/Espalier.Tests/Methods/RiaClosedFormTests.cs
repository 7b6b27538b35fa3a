using Espalier.Numerics;
using Espalier.Sparsity;
using Xunit;

namespace Espalier.Tests.Methods;

/// <summary>RIA and magnitude where the answer can be written down.</summary>
public sealed class RiaClosedFormTests
{
    [Fact]
    public void Exponent_zero_ranks_by_relative_importance_alone()
    {
        using var weight = LayerCase.Normal(12, 20, 1);
        using var x = LayerCase.Correlated(40, 20, 2);
        using var other = LayerCase.Correlated(40, 20, 77);
        var mask = LayerCase.Mask("ria", weight, [x], 0.5, options: "exponent=0");
        Assert.Equal(mask, LayerCase.Mask("ria", weight, [other], 0.5, options: "exponent=0"));
        var scores = new List<(double Score, int Index)>();
        for (var i = 0; i < 12; i++)
        {
            for (var j = 0; j < 20; j++)
            {
                var column = Enumerable.Range(0, 12).Sum(k => (double)Math.Abs(weight[k, j]));
                var row = Enumerable.Range(0, 20).Sum(k => (double)Math.Abs(weight[i, k]));
                scores.Add(((Math.Abs(weight[i, j]) / column) + (Math.Abs(weight[i, j]) / row), (i * 20) + j));
            }
        }
        // One more than the fraction, by the official comparison.
        var pruned = scores.OrderBy(entry => entry.Score).Take(121).Select(entry => entry.Index).Order();
        Assert.Equal(pruned, Enumerable.Range(0, 240).Where(i => !mask[i / 20, i % 20]));
    }

    [Fact]
    public void Scaling_the_whole_weight_changes_nothing()
    {
        using var weight = LayerCase.Normal(12, 20, 1);
        using var x = LayerCase.Correlated(40, 20, 2);
        using var scaled = weight.Clone();
        foreach (ref var value in scaled.AsSpan()) value *= 16;
        Assert.Equal(LayerCase.Mask("ria", weight, [x], 0.5), LayerCase.Mask("ria", scaled, [x], 0.5));
    }

    [Fact]
    public void Weights_of_one_magnitude_are_ranked_by_their_inputs()
    {
        using var weight = new Matrix(6, 16);
        for (var i = 0; i < weight.Length; i++) weight.AsSpan()[i] = i % 3 == 0 ? -0.5f : 0.5f;
        using var x = LayerCase.Correlated(40, 16, 2);
        var mask = LayerCase.Mask("ria", weight, [x], 0.5, scope: SelectionScope.Row);
        var norms = Enumerable.Range(0, 16).OrderBy(j => Enumerable.Range(0, 40).Sum(token => (double)x[token, j] * x[token, j])).ToArray();
        for (var row = 0; row < 6; row++) Assert.Equal(norms[8..].Order(), Enumerable.Range(0, 16).Where(j => mask[row, j]));
    }

    [Fact]
    public void A_row_or_column_of_zeros_has_importance_zero_and_nothing_is_NaN()
    {
        using var weight = LayerCase.Normal(6, 8, 1);
        for (var j = 0; j < 8; j++) weight[2, j] = 0;
        for (var i = 0; i < 6; i++) weight[i, 3] = 0;
        using var x = LayerCase.Correlated(40, 8, 2);
        var (pruned, solution) = LayerCase.Prune("ria", weight, [x], 12.0 / 48);
        using (pruned) Assert.DoesNotContain(pruned.AsSpan().ToArray(), float.IsNaN);
        Assert.Equal(0, solution.Mask.KeptInRow(2));
        Assert.All(Enumerable.Range(0, 6), i => Assert.False(solution.Mask[i, 3]));
    }

    [Fact]
    public void Magnitude_removes_one_more_than_the_fraction_of_a_layer_and_all_ties()
    {
        using var weight = LayerCase.Normal(7, 9, 1);
        var mask = LayerCase.Mask("magnitude", weight, null, 0.5);
        Assert.Equal((63 / 2) + 1, mask.Length - mask.Kept);
        var order = Enumerable.Range(0, 63).OrderBy(i => Math.Abs(weight[i / 9, i % 9])).Take(32).Order();
        Assert.Equal(order, Enumerable.Range(0, 63).Where(i => !mask[i / 9, i % 9]));

        using var tied = Matrix.FromRows(2, 4, [1, -1, 1, 1, 2, 3, -1, 4]);
        var all = LayerCase.Mask("magnitude", tied, null, 0.25);
        Assert.Equal(5, all.Length - all.Kept);
    }

    [Theory]
    [InlineData("magnitude")]
    [InlineData("ria")]
    [InlineData("wanda")]
    public void Compared_per_row_each_row_loses_exactly_the_floor(string method)
    {
        using var weight = LayerCase.Normal(7, 19, 1);
        using var x = LayerCase.Correlated(40, 19, 2);
        var mask = LayerCase.Mask(method, weight, [x], 0.4, scope: SelectionScope.Row);
        Assert.All(Enumerable.Range(0, 7), row => Assert.Equal(19 - 7, mask.KeptInRow(row)));
    }
}
