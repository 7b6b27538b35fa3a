using System.Numerics;
using Espalier.Formats.Safetensors;
using Espalier.Numerics;
using Espalier.Sparsity;
using Espalier.Tensors;
using Espalier.Testing;
using Espalier.Torch.Calibration;
using Xunit;

namespace Espalier.Tests.Methods;

/// <summary>What Wanda must show at small scale, one test for each statement that needs no reference code.</summary>
public sealed class WandaClosedFormTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.37)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Every_row_loses_exactly_the_floor_and_survivors_keep_every_bit(double sparsity)
    {
        using var weight = LayerCase.Normal(9, 37, 1);
        using var x = LayerCase.Correlated(50, 37, 2);
        var (pruned, solution) = LayerCase.Prune("wanda", weight, [x], sparsity);
        for (var row = 0; row < weight.Rows; row++)
        {
            Assert.Equal(37 - (int)(37 * sparsity), solution.Mask.KeptInRow(row));
            for (var j = 0; j < weight.Columns; j++)
                Assert.Equal(BitConverter.SingleToInt32Bits(solution.Mask[row, j] ? weight[row, j] : 0), BitConverter.SingleToInt32Bits(pruned[row, j]));
        }
        pruned.Dispose();
    }

    [Theory]
    [InlineData("2:4")]
    [InlineData("4:8")]
    [InlineData("3:4")]
    public void Every_group_keeps_exactly_n_the_highest(string pattern)
    {
        using var weight = LayerCase.Normal(9, 48, 1);
        using var x = LayerCase.Correlated(50, 48, 2);
        var mask = LayerCase.Mask("wanda", weight, [x], 0.5, pattern);
        var shape = SparsityPattern.Parse(pattern);
        var scores = Scores(weight, [x]);
        for (var row = 0; row < 9; row++)
        {
            for (var g = 0; g < 48; g += shape.Group)
            {
                var expected = Enumerable.Range(g, shape.Group).OrderByDescending(j => scores[row, j]).Take(shape.Kept).Order();
                Assert.Equal(expected, Enumerable.Range(g, shape.Group).Where(j => mask[row, j]));
            }
        }
    }

    [Fact]
    public void Equal_input_norms_give_magnitude_within_each_row()
    {
        using var weight = LayerCase.Normal(8, 32, 1);
        using var x = new Matrix(32, 32);
        for (var j = 0; j < 32; j++) x[j, j] = 3;
        var mask = LayerCase.Mask("wanda", weight, [x], 0.5);
        for (var row = 0; row < 8; row++)
        {
            var expected = Enumerable.Range(0, 32).OrderBy(j => Math.Abs(weight[row, j])).Skip(16).Order();
            Assert.Equal(expected, Enumerable.Range(0, 32).Where(j => mask[row, j]));
        }
    }

    [Fact]
    public void Scaling_a_row_changes_nothing_but_changes_magnitude_over_the_layer()
    {
        using var weight = LayerCase.Normal(8, 32, 1);
        using var x = LayerCase.Correlated(60, 32, 2);
        using var scaled = weight.Clone();
        for (var row = 0; row < 8; row++)
            foreach (ref var value in scaled.Row(row)) value *= 0.37f * (row + 1);
        Assert.Equal(LayerCase.Mask("wanda", weight, [x], 0.5), LayerCase.Mask("wanda", scaled, [x], 0.5));
        Assert.NotEqual(LayerCase.Mask("magnitude", weight, null, 0.5), LayerCase.Mask("magnitude", scaled, null, 0.5));
    }

    [Fact]
    public void Scaling_a_feature_up_and_its_weights_down_changes_nothing()
    {
        using var weight = LayerCase.Normal(8, 32, 1);
        using var x = LayerCase.Correlated(60, 32, 2);
        using var scaledWeight = weight.Clone();
        using var scaledInputs = x.Clone();
        for (var j = 0; j < 32; j++)
        {
            // Powers of two, so that no score changes by a rounding.
            var factor = MathF.ScaleB(1, (j % 7) - 3);
            for (var row = 0; row < 8; row++) scaledWeight[row, j] /= factor;
            for (var token = 0; token < 60; token++) scaledInputs[token, j] *= factor;
        }
        Assert.Equal(LayerCase.Mask("wanda", weight, [x], 0.5), LayerCase.Mask("wanda", scaledWeight, [scaledInputs], 0.5));
    }

    [Fact]
    public void Uncorrelated_features_make_the_mask_the_best_of_all_with_its_row_counts()
    {
        using var weight = LayerCase.Normal(5, 6, 1);
        using var x = new Matrix(12, 6);
        for (var token = 0; token < 12; token++) x[token, token % 6] = 0.5f + (token * 0.3f);
        var (pruned, solution) = LayerCase.Prune("wanda", weight, [x], 0.5);
        var scores = Scores(weight, [x]);
        for (var row = 0; row < 5; row++)
        {
            using var dense = Matrix.FromRows(1, 6, weight.Row(row));
            double Error(uint kept)
            {
                using var masked = dense.Clone();
                for (var j = 0; j < 6; j++)
                {
                    if ((kept >> j & 1) == 0) masked[0, j] = 0;
                }
                return LayerCase.SquaredError(dense, masked, [x]);
            }
            var best = Enumerable.Range(0, 64).Where(kept => BitOperations.PopCount((uint)kept) == 3).Min(kept => Error((uint)kept));
            var own = Error((uint)solution.Mask.RowWords(row)[0]);
            Assert.Equal(best, own, 1e-12 * best);
            // And the error is the sum of the squared scores of what went, times the number of samples (one).
            Assert.Equal(Enumerable.Range(0, 6).Where(j => !solution.Mask[row, j]).Sum(j => scores[row, j] * scores[row, j]), own, 1e-6 * own);
        }
        pruned.Dispose();
    }

    [Fact]
    public void The_error_is_the_trace_over_the_Gram_matrix_and_its_diagonal_is_the_sum_of_squared_scores()
    {
        using var weight = LayerCase.Normal(6, 24, 1);
        Matrix[] samples = [LayerCase.Correlated(40, 24, 2), LayerCase.Correlated(40, 24, 5)];
        var (pruned, solution) = LayerCase.Prune("wanda", weight, samples, 0.5);
        using var statistics = LayerCase.Statistics(StatisticsNeeds.Gram, samples);
        var hessian = statistics.Hessian();
        var error = LayerCase.SquaredError(weight, pruned, samples);
        // H = 2/n X^T X with n = 2 samples is the Gram matrix.
        Assert.Equal(error, LayerCase.Energy(weight, pruned, hessian), 1e-5 * error);
        var scores = Scores(weight, samples);
        double fromScores = 0, diagonal = 0;
        for (var i = 0; i < 6; i++)
        {
            for (var j = 0; j < 24; j++)
            {
                if (solution.Mask[i, j]) continue;
                fromScores += samples.Length * scores[i, j] * scores[i, j];
                diagonal += hessian[j, j] * (double)weight[i, j] * weight[i, j];
            }
        }
        Assert.Equal(diagonal, fromScores, 1e-5 * diagonal);
        pruned.Dispose();
    }

    [Fact]
    public void Streaming_in_any_order_equals_one_batch()
    {
        Matrix[] samples = [.. Enumerable.Range(0, 12).Select(i => LayerCase.Correlated(20, 16, 10 + i))];
        using var forwards = LayerCase.Statistics(StatisticsNeeds.SumOfSquares, samples);
        using var backwards = LayerCase.Statistics(StatisticsNeeds.SumOfSquares, [.. samples.Reverse()]);
        using var gram = LayerCase.Statistics(StatisticsNeeds.Gram, samples);
        var (a, b, c) = (forwards.MeanSquares(), backwards.MeanSquares(), gram.MeanSquares());
        for (var j = 0; j < 16; j++)
        {
            var expected = samples.Sum(x => Enumerable.Range(0, 20).Sum(token => (double)x[token, j] * x[token, j])) / samples.Length;
            Assert.Equal(expected, a[j], 1e-6 * expected);
            Assert.Equal(expected, b[j], 1e-6 * expected);
            Assert.Equal(expected, c[j], 1e-5 * expected);
        }
    }

    [Theory]
    [InlineData("unstructured", 0.5, 1)]
    [InlineData("unstructured", 0.5, 21)]
    [InlineData("unstructured", 0.7, 1)]
    [InlineData("unstructured", 0.8, 1)]
    [InlineData("2:4", 0.5, 1)]
    [InlineData("2:4", 0.5, 21)]
    [InlineData("4:8", 0.5, 1)]
    public void SparseGPT_beats_Wanda_and_Wanda_beats_magnitude_on_correlated_inputs(string pattern, double sparsity, int seed)
    {
        using var weight = LayerCase.Normal(64, 96, seed);
        using var x = LayerCase.Correlated(512, 96, seed + 1);
        double Error(string method, params string[] options)
        {
            var (pruned, _) = LayerCase.Prune(method, weight, [x], sparsity, pattern, null, options);
            using (pruned) return LayerCase.SquaredError(weight, pruned, [x]);
        }
        var (sparseGpt, wanda, magnitude) = (Error("sparsegpt", "block-size=32"), Error("wanda"), Error("magnitude"));
        Assert.True(sparseGpt < wanda && wanda < magnitude, $"{sparseGpt} < {wanda} < {magnitude}");
    }

    [Fact]
    public void A_dead_feature_goes_first_in_every_row()
    {
        using var weight = LayerCase.Normal(8, 16, 1);
        using var x = LayerCase.Correlated(40, 16, 2);
        for (var token = 0; token < 40; token++) x[token, 5] = 0;
        for (var row = 0; row < 8; row++) weight[row, 5] = 100;
        var mask = LayerCase.Mask("wanda", weight, [x], 1.0 / 16);
        for (var row = 0; row < 8; row++) Assert.Equal([5], Enumerable.Range(0, 16).Where(j => !mask[row, j]));
    }

    [Theory]
    [InlineData("tiny-128x128")]
    [InlineData("synthetic-64x1024-dead5")]
    [InlineData("layer0-q_proj-64x576")]
    [InlineData("layer14-down_proj-64x512")]
    public void Masks_of_the_golden_layers_equal_the_official_ones(string layer)
    {
        using var file = SafetensorsFile.Open(SharedData.Require("oracles", "smollm2", "golden-layers", layer + ".safetensors"));
        using var weight = Matrix.FromRows((int)file["W"].Shape[0], (int)file["W"].Shape[1], file["W"].ToSingles());
        // One token with these inputs has the recorded statistic.
        using var x = Matrix.FromRows(1, weight.Columns, [.. file["scaler_row"].ToSingles().Select(MathF.Sqrt)]);
        var half = LayerCase.Mask("wanda", weight, [x], 0.5);
        var pairs = LayerCase.Mask("wanda", weight, [x], 0.5, "2:4");
        var (official50, official24) = (file["wanda_50.mask"].ToBytes(), file["wanda_2of4.mask"].ToBytes());
        var scores = Scores(weight, [x]);
        for (var i = 0; i < weight.Rows; i++)
        {
            for (var j = 0; j < weight.Columns; j++)
            {
                Assert.Equal(official50[(i * weight.Columns) + j] != 0, half[i, j]);
                // Among equal scores of a group the official selection follows no rule.
                var group = Enumerable.Range(j / 4 * 4, 4).Select(k => (float)scores[i, k]).Distinct().Count();
                if (group == 4) Assert.Equal(official24[(i * weight.Columns) + j] != 0, pairs[i, j]);
            }
        }
    }

    private static double[,] Scores(Matrix weight, IReadOnlyList<Matrix> samples)
    {
        var scores = new double[weight.Rows, weight.Columns];
        for (var j = 0; j < weight.Columns; j++)
        {
            var squares = 0.0;
            foreach (var x in samples)
                for (var token = 0; token < x.Rows; token++) squares += (double)x[token, j] * x[token, j];
            for (var i = 0; i < weight.Rows; i++) scores[i, j] = Math.Abs(weight[i, j]) * Math.Sqrt(squares / samples.Count);
        }
        return scores;
    }
}
