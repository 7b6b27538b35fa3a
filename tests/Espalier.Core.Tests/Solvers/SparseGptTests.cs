using Espalier.Numerics;
using Espalier.Solvers;
using Espalier.Sparsity;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>The closed forms that SparseGPT must obey, and its refusals.</summary>
public sealed class SparseGptTests
{
    [Theory]
    [InlineData("unstructured", false)]
    [InlineData("2:4", false)]
    [InlineData("unstructured", true)]
    public void TheSweepEqualsTheInverseFormInDouble(string pattern, bool symmetricGrid)
    {
        using var w = Fixture.Normal(37, 96, 1);
        using var h = Fixture.CorrelatedHessian(96, 512, 2);
        var settings = new SparseGptSettings
        {
            Pattern = SparsityPattern.Parse(pattern),
            BlockSize = 32,
            Quantizer = symmetricGrid ? new QuantizationSettings { Bits = 4, Symmetric = true } : null,
        };
        var (weights, result) = Fixture.SolveCopy(w, h, settings);
        using var owned = weights;
        if (symmetricGrid)
        {
            Assert.All(result.Grid!.Zero, zero => Assert.Equal(8f, zero));
            for (var i = 0; i < 37; i++)
            {
                for (var j = 0; j < 96; j++)
                {
                    var level = weights[i, j] / result.Grid.Scale[i];
                    Assert.InRange(level - MathF.Round(level), -1e-3f, 1e-3f);
                    Assert.InRange(level, -8.01f, 7.01f);
                }
            }
            return;
        }
        var damped = Reference.Damped(h, 0.01);
        var (expected, errors) = Reference.Sweep(w, Reference.OfficialFactor(damped), (i, j) => !result.Mask[i, j]);
        double loss = 0, quadratic = 0, distance = 0, norm = 0;
        for (var i = 0; i < 37; i++)
        {
            for (var j = 0; j < 96; j++)
            {
                loss += errors[i, j] * errors[i, j] / 2;
                for (var k = 0; k < 96; k++) quadratic += (w[i, j] - expected[i, j]) * damped[j, k] * (w[i, k] - expected[i, k]) / 2;
                distance += Math.Pow(expected[i, j] - weights[i, j], 2);
                norm += expected[i, j] * expected[i, j];
                Assert.Equal(result.Mask[i, j], weights[i, j] != 0f);
            }
        }
        Assert.InRange(quadratic / loss, 1 - Tolerances.Double, 1 + Tolerances.Double);
        Assert.InRange(result.PredictedLoss / loss, 1 - Tolerances.Single, 1 + Tolerances.Single);
        Assert.InRange(Math.Sqrt(distance / norm), 0, Tolerances.Single);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void DiagonalHessiansLeaveSurvivorsAlone(int kind)
    {
        using var w = Fixture.Normal(20, 64, 3);
        using var h = new Matrix(64, 64);
        for (var j = 0; j < 64; j++) h[j, j] = kind == 0 ? 3f : MathF.Exp(((j * 7 % 64) / 20f) - 1);
        var (weights, result) = Fixture.SolveCopy(w, h, new SparseGptSettings { BlockSize = 64 });
        using var owned = weights;
        var damped = Reference.Damped(h, 0.01);
        using var scores = new Matrix(20, 64);
        for (var i = 0; i < 20; i++)
            for (var j = 0; j < 64; j++) scores[i, j] = (float)(w[i, j] * (double)w[i, j] * damped[j, j]);
        Assert.Equal(MaskSelector.Select(scores, SparsityPattern.Unstructured, SelectionScope.Layer, 0.5, SelectionRule.InclusiveThreshold), result.Mask);
        result.Mask.Apply(w);
        Assert.Equal(w.AsSpan().ToArray(), weights.AsSpan().ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(47)]
    public void OnePrunedWeightCostsWhatTheInverseSays(int column)
    {
        using var w = Fixture.Normal(3, 48, 4);
        using var h = Fixture.CorrelatedHessian(48, 300, 5);
        var mask = Mask.Full(3, 48);
        mask[1, column] = false;
        var (weights, result) = Fixture.SolveCopy(w, h, new SparseGptSettings { GivenMask = mask, BlockSize = 16 });
        using var owned = weights;
        var damped = Reference.Damped(h, 0.01);
        var rest = new double[48 - column, 48 - column];
        for (var i = column; i < 48; i++)
            for (var j = column; j < 48; j++) rest[i - column, j - column] = damped[i, j];
        var expected = w[1, column] * (double)w[1, column] / (2 * Reference.Inverse(rest)[0, 0]);
        Assert.InRange(result.PredictedLoss / expected, 1 - Tolerances.Single, 1 + Tolerances.Single);
        Assert.True(expected >= w[1, column] * (double)w[1, column] / (2 * Reference.Inverse(damped)[column, column]) * (1 - Tolerances.Double));
        for (var j = 0; j < column; j++) Assert.Equal(w[1, j], weights[1, j]);
        Assert.Equal(w.Row(0).ToArray(), weights.Row(0).ToArray());
        Assert.Equal(0f, weights[1, column]);
        Assert.Equal(mask, result.Mask);
    }

    [Theory]
    [InlineData("2:4", 32)]
    [InlineData("1:4", 32)]
    [InlineData("4:8", 32)]
    [InlineData("3:16", 32)]
    [InlineData("2:3", 24)]
    [InlineData("31:32", 96)]
    public void GroupsHaveExactlyTheirZeros(string text, int blockSize)
    {
        var pattern = SparsityPattern.Parse(text);
        using var w = Fixture.Normal(21, 96, 6);
        using var h = Fixture.CorrelatedHessian(96, 400, 7);
        var result = Fixture.Solve(w, h, new SparseGptSettings { Pattern = pattern, BlockSize = blockSize });
        Assert.Null(result.Mask.FindNMViolation(pattern));
        Assert.Equal(21L * 96 * pattern.Kept / pattern.Group, result.Mask.Kept);
        Assert.Equal(Mask.FromNonZeros(w), result.Mask);
    }

    [Theory]
    [InlineData(100, 0.5, SelectionRule.InclusiveThreshold)]
    [InlineData(100, 0.7, SelectionRule.ExactCount)]
    [InlineData(33, 0.3, SelectionRule.InclusiveThreshold)]
    [InlineData(1, 0.5, SelectionRule.ExactCount)]
    [InlineData(100, 0.0, SelectionRule.InclusiveThreshold)]
    public void ColumnBlocksPruneWhatTheRuleSays(int columns, double sparsity, SelectionRule rule)
    {
        using var w = Fixture.Normal(19, columns, 8);
        using var h = Fixture.CorrelatedHessian(columns, 400, 9);
        var result = Fixture.Solve(w, h, new SparseGptSettings { Sparsity = sparsity, BlockSize = 32, SelectionRule = rule });
        long expected = 0;
        for (var first = 0; first < columns; first += 32)
            expected += (long)(19 * Math.Min(32, columns - first) * sparsity) + (rule == SelectionRule.InclusiveThreshold && sparsity > 0 ? 1 : 0);
        Assert.Equal(expected, result.Mask.Length - result.Mask.Kept);
    }

    [Theory]
    [InlineData("unstructured", 0.5)]
    [InlineData("unstructured", 0.8)]
    [InlineData("2:4", 0.5)]
    [InlineData("4:8", 0.5)]
    public void CompensationBeatsWandaBeatsMagnitudeAndNothingBeatsTheBound(string text, double sparsity)
    {
        var pattern = SparsityPattern.Parse(text);
        using var w = Fixture.Normal(64, 96, 10);
        using var h = Fixture.CorrelatedHessian(96, 512, 11);
        var (weights, result) = Fixture.SolveCopy(w, h, new SparseGptSettings { Pattern = pattern, Sparsity = sparsity, BlockSize = 32 });
        using var owned = weights;
        using var best = MaskedLeastSquares.Solve(w, h, result.Mask);
        var solved = Reference.Loss(w, weights, h);
        Assert.True(solved < ScoredLoss(w, h, pattern, sparsity, j => Math.Sqrt(h[j, j])));
        Assert.True(ScoredLoss(w, h, pattern, sparsity, j => Math.Sqrt(h[j, j])) < ScoredLoss(w, h, pattern, sparsity, _ => 1));
        Assert.True(Reference.Loss(w, best, h) <= solved);
        Assert.Equal(result.Mask, Mask.FromNonZeros(best));
    }

    [Fact]
    public void BlockSizeChangesNothingForAGivenMask()
    {
        using var w = Fixture.Normal(50, 96, 12);
        using var h = Fixture.CorrelatedHessian(96, 512, 13);
        using var scores = Fixture.Normal(50, 96, 14);
        var mask = MaskSelector.Select(scores, SparsityPattern.Unstructured, SelectionScope.Layer, 0.6);
        var (reference, first) = Fixture.SolveCopy(w, h, new SparseGptSettings { GivenMask = mask });
        using var owned = reference;
        foreach (var blockSize in (int[])[1, 13, 32, 96])
        {
            var (weights, result) = Fixture.SolveCopy(w, h, new SparseGptSettings { GivenMask = mask, BlockSize = blockSize });
            using var also = weights;
            Assert.InRange(result.PredictedLoss / first.PredictedLoss, 1 - Tolerances.Single, 1 + Tolerances.Single);
            for (var i = 0; i < w.Length; i++) Assert.InRange(weights.AsSpan()[i] - reference.AsSpan()[i], -1e-3f, 1e-3f);
        }
    }

    [Fact]
    public void EveryWidthOfVectorGivesTheSame()
    {
        using var w = Fixture.Normal(53, 96, 15);
        using var h = Fixture.CorrelatedHessian(96, 512, 16);
        var settings = new SparseGptSettings { BlockSize = 40, Quantizer = new QuantizationSettings { Bits = 8 } };
        var (reference, first) = Fixture.SolveCopy(w, h, settings, new KernelSettings { Level = SimdLevel.Scalar });
        using var owned = reference;
        foreach (var level in Enum.GetValues<SimdLevel>())
        {
            var (weights, result) = Fixture.SolveCopy(w, h, settings, new KernelSettings { Level = level });
            using var also = weights;
            Assert.Equal(first.Mask, result.Mask);
            Assert.InRange(result.PredictedLoss / first.PredictedLoss, 1 - Tolerances.Single, 1 + Tolerances.Single);
        }
    }

    [Fact]
    public void DeadInputsBecomeZeroAndNothingIsNaN()
    {
        using var w = Fixture.Normal(10, 40, 17);
        using var h = Fixture.CorrelatedHessian(40, 200, 18);
        for (var j = 0; j < 40; j++) h[j, 5] = h[5, j] = 0;
        var result = Fixture.Solve(w, h, new SparseGptSettings());
        Assert.Equal([5], result.DeadInputs);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(0f, w[i, 5]);
            Assert.False(result.Mask[i, 5]);
        }
        Assert.DoesNotContain(w.AsSpan().ToArray(), float.IsNaN);
        Assert.True(double.IsFinite(result.PredictedLoss));
    }

    [Fact]
    public void LayersWithTheSameInputsShareAFactor()
    {
        using var q = Fixture.Normal(30, 96, 19);
        using var k = Fixture.Normal(10, 96, 20);
        using var h = Fixture.CorrelatedHessian(96, 512, 21);
        var (alone, _) = Fixture.SolveCopy(k, h, new SparseGptSettings());
        using var owned = alone;
        var factor = SparseGptFactor.Create(h);
        SparseGptSolver.Solve(q, factor, new SparseGptSettings(), cancellation: TestContext.Current.CancellationToken);
        SparseGptSolver.Solve(k, factor, new SparseGptSettings(), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(alone.AsSpan().ToArray(), k.AsSpan().ToArray());
    }

    private static double ScoredLoss(Matrix w, Matrix h, SparsityPattern pattern, double sparsity, Func<int, double> norm)
    {
        using var scores = new Matrix(w.Rows, w.Columns);
        for (var i = 0; i < w.Rows; i++)
            for (var j = 0; j < w.Columns; j++) scores[i, j] = (float)(Math.Abs(w[i, j]) * norm(j));
        using var pruned = w.Clone();
        MaskSelector.Select(scores, pattern, SelectionScope.Row, sparsity).Apply(pruned);
        return Reference.Loss(w, pruned, h);
    }
}
