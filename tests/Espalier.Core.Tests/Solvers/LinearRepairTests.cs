using Espalier.Numerics;
using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>What repairs in closed form must obey.</summary>
public sealed class LinearRepairTests
{
    private static readonly RepairSettings s_exact = new() { Damping = 0 };

    [Fact]
    public void AffineCombinationsOfKeptFeaturesAreReplacedWithoutLossAlsoOnUnseenData()
    {
        const int n = 20, o = 7;
        int[] kept = [1, 2, 3, 5, 8, 9, 10, 14, 15, 17, 18, 19];
        var pruned = FeatureSet.Complement(kept, n);
        var mix = Samples.Normal(pruned.Length, kept.Length, 3);
        DoubleMatrix Draw(int rows, int seed)
        {
            var z = Samples.Activations(rows, n, seed);
            var combined = Samples.Output(z.SelectColumns(kept), mix, [.. Enumerable.Range(0, pruned.Length).Select(p => p - 2.5)]);
            for (var i = 0; i < rows; i++)
                for (var p = 0; p < pruned.Length; p++) z[i, pruned[p]] = combined[i, p];
            return z;
        }
        var weight = Samples.Normal(o, n, 4);
        double[] bias = [.. Enumerable.Range(0, o).Select(k => 0.3 * k)];
        var moments = Samples.MomentsOf(Draw(400, 5));
        // Damping pulls a little towards the sliced weights, as far as the conditioning lets it; without damping only rounding is left.
        foreach (var (settings, tolerance) in new[] { (new RepairSettings(), Tolerances.Single), (s_exact, Tolerances.Double) })
        {
            var result = LinearRepair.Repair(moments, kept, weight, bias, settings);
            Assert.Empty(result.Messages);
            Assert.Equal(settings.Damping ?? 1e-6, result.DampingUsed);
            var unseen = Draw(200, 6);
            var dense = Samples.Output(unseen, weight, bias);
            var error = Samples.MeanSquare(dense, Samples.Output(unseen.SelectColumns(kept), result.Weight, result.Bias));
            Assert.InRange(Math.Sqrt(error / Samples.MeanSquare(dense, new(200, o))), 0, tolerance);
        }
    }

    [Theory]
    [InlineData(true, RepairTarget.Local)]
    [InlineData(false, RepairTarget.Local)]
    [InlineData(true, RepairTarget.Recorded)]
    [InlineData(false, RepairTarget.Recorded)]
    public void TheFullRepairIsTheOptimumAndItsErrorIsTheMeasuredOne(bool repairBias, RepairTarget target)
    {
        var layer = new Layer(300, 18, 6, seed: 11);
        var settings = s_exact with { RepairBias = repairBias, Target = target };
        var result = LinearRepair.Repair(layer.Moments, layer.Kept, layer.Weight, layer.Bias, settings);
        var wanted = target == RepairTarget.Local ? layer.Local : layer.Recorded;
        var z = layer.Z.SelectColumns(layer.Kept);
        double Measure(DoubleMatrix w, double[]? b) => Samples.MeanSquare(wanted, Samples.Output(z, w, b));

        var optimum = Measure(result.Weight, result.Bias);
        Assert.Equal(1, result.Errors.Repaired / optimum, Tolerances.Double);
        Assert.Equal(1, result.Errors.None / Measure(layer.Weight.SelectColumns(layer.Kept), layer.Bias), Tolerances.Double);
        if (!repairBias) Assert.Equal(layer.Bias, result.Bias);

        // The gradient, residual^T [Z_K, 1], against the size of its terms.
        var output = Samples.Output(z, result.Weight, result.Bias);
        for (var k = 0; k < layer.Weight.Rows; k++)
        {
            for (var j = 0; j < (repairBias ? z.Columns + 1 : z.Columns); j++)
            {
                double gradient = 0, size = 0;
                for (var i = 0; i < z.Rows; i++)
                {
                    var term = (wanted[i, k] - output[i, k]) * (j < z.Columns ? z[i, j] : 1);
                    gradient += term;
                    size += Math.Abs(term);
                }
                Assert.InRange(Math.Abs(gradient) / size, 0, Tolerances.Double);
            }
        }
        for (var seed = 0; seed < 20; seed++)
        {
            var moved = result.Weight.Clone();
            var step = Samples.Normal(moved.Rows, moved.Columns, seed);
            for (var i = 0; i < moved.Rows; i++)
                for (var j = 0; j < moved.Columns; j++) moved[i, j] += 1e-3 * step[i, j];
            Assert.True(Measure(moved, result.Bias) > optimum);
        }
    }

    [Fact]
    public void ErrorsAreOrdered()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            // Fewer kept features than outputs now and then, so that the span is smaller than the space; damping by the rule and none.
            var layer = new Layer(60 + seed, 6 + (seed % 9), 3 + (seed % 7), seed);
            foreach (var target in new[] { RepairTarget.Local, RepairTarget.Recorded })
            {
                var withoutBias = 0.0;
                foreach (var repairBias in new[] { false, true })
                {
                    var settings = new RepairSettings { Target = target, RepairBias = repairBias, Damping = seed % 2 == 0 ? null : 0 };
                    double Measured(RepairVariant variant)
                    {
                        var result = LinearRepair.Repair(layer.Moments, layer.Kept, layer.Weight, layer.Bias, settings with { Variant = variant });
                        var wanted = target == RepairTarget.Local ? layer.Local : layer.Recorded;
                        var error = Samples.MeanSquare(wanted, Samples.Output(layer.Z.SelectColumns(layer.Kept), result.Weight, result.Bias));
                        Assert.Equal(error, result.Errors.Repaired, Tolerances.DoubleSolve * (error + result.Errors.None));
                        return error;
                    }
                    var (none, span, full) = (Measured(RepairVariant.None), Measured(RepairVariant.Span), Measured(RepairVariant.Full));
                    AssertOrder(full, span);
                    AssertOrder(span, none);
                    if (!repairBias)
                    {
                        withoutBias = full;
                        continue;
                    }
                    // Damping scales with the moments, so the two optima only compare without it.
                    if (settings.Damping == 0) AssertOrder(full, withoutBias);
                    var bias = Measured(RepairVariant.BiasOnly);
                    AssertOrder(full, bias);
                    AssertOrder(span, bias);
                    AssertOrder(bias, none);
                }
            }
        }
    }

    [Fact]
    public void TheSpanRepairIsTheBestCombinationOfKeptColumns()
    {
        var layer = new Layer(200, 12, 9, seed: 21);
        int[] kept = [0, 3, 4, 7, 10];
        var result = LinearRepair.Repair(layer.Moments, kept, layer.Weight, layer.Bias, s_exact with { Variant = RepairVariant.Span });
        // T = (W_K^T W_K)^-1 W_K^T W C_.K C_KK^-1, as the card has it.
        var wk = layer.Weight.SelectColumns(kept);
        var all = layer.Moments.Centred.SelectColumns(kept);
        var t = Samples.Multiply(Samples.Inverse(Samples.Multiply(wk.Transpose(), wk)), wk.Transpose());
        t = Samples.Multiply(Samples.Multiply(Samples.Multiply(t, layer.Weight), all), Samples.Inverse(Samples.Rows(all, kept)));
        Samples.AssertNear(Samples.Multiply(wk, t), result.Weight, Tolerances.Double);
        // Wide W_K: every weight is a combination, so the span repair is the full one.
        int[] many = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10];
        Samples.AssertNear(LinearRepair.Repair(layer.Moments, many, layer.Weight, layer.Bias, s_exact).Weight,
            LinearRepair.Repair(layer.Moments, many, layer.Weight, layer.Bias, s_exact with { Variant = RepairVariant.Span }).Weight, Tolerances.Double);
    }

    [Fact]
    public void DuplicatesAndConstantsAreInterpolatedByWhatTheyAre()
    {
        var z = Samples.Activations(150, 6, 31);
        for (var i = 0; i < z.Rows; i++) (z[i, 1], z[i, 4], z[i, 5]) = (z[i, 3], -3.7, 0.1);
        var factor = KeptFactor.Create(Samples.MomentsOf(z), [0, 2, 3, 5], damping: 0);
        Assert.Empty(factor.Messages);
        var (q, p) = factor.Interpolate();
        Assert.Equal([1, 4], factor.Pruned);
        Samples.AssertNear([0, 0, 1, 0], q.Row(0), Tolerances.DoubleSum);
        Assert.Equal(0, p[0], Tolerances.Double);
        Assert.All(q.Row(1).ToArray(), value => Assert.Equal(0, value, Tolerances.DoubleSum));
        Assert.Equal(-3.7, p[1], Tolerances.DoubleSum);
        // A kept constant helps nobody, whatever rounding makes of its variance.
        Assert.All(new[] { q[0, 3], q[1, 3] }, value => Assert.Equal(0, value, Tolerances.DoubleSum));
    }

    [Fact]
    public void TheErrorIsTheSchurComplementAndGrowsWithTheMask()
    {
        var layer = new Layer(400, 15, 8, seed: 41);
        var order = Enumerable.Range(0, 15).OrderBy(i => (i * 7) % 15).ToArray();
        var last = 0.0;
        for (var removed = 1; removed < 15; removed++)
        {
            int[] kept = [.. order[removed..].Order()], pruned = [.. order[..removed].Order()];
            var result = LinearRepair.Repair(layer.Moments, kept, layer.Weight, layer.Bias, s_exact);
            var c = layer.Moments.Centred;
            DoubleMatrix Part(int[] rows, int[] columns) => Samples.Rows(c.SelectColumns(columns), rows);
            var explained = Samples.Multiply(Samples.Multiply(Part(pruned, kept), Samples.Inverse(Part(kept, kept))), Part(kept, pruned));
            var schur = Part(pruned, pruned);
            for (var i = 0; i < removed; i++)
                for (var j = 0; j < removed; j++) schur[i, j] -= explained[i, j];
            var lost = layer.Weight.SelectColumns(pruned);
            var product = Samples.Multiply(Samples.Multiply(lost, schur), lost.Transpose());
            var expected = Enumerable.Range(0, product.Rows).Sum(k => product[k, k]) / layer.Moments.Count;
            Assert.Equal(1, result.Errors.Repaired / expected, Tolerances.DoubleSolve);
            Assert.True(result.Errors.Repaired >= last);
            last = result.Errors.Repaired;
        }
    }

    [Fact]
    public void TheOrderOfKeptFeaturesIsTheOrderOfColumns()
    {
        var layer = new Layer(200, 9, 4, seed: 51);
        int[] ascending = [1, 2, 4, 7], turned = [7, 1, 4, 2];
        var a = LinearRepair.Repair(layer.Moments, ascending, layer.Weight, layer.Bias, new());
        var b = LinearRepair.Repair(layer.Moments, turned, layer.Weight, layer.Bias, new());
        Samples.AssertNear(a.Weight.SelectColumns([3, 0, 2, 1]), b.Weight, Tolerances.Double);
        Samples.AssertNear(a.Bias!, b.Bias!, Tolerances.Double);
    }

    [Fact]
    public void OneFactorServesAllConsumersAndHeldOutErrorsAreForetold()
    {
        var layer = new Layer(200, 12, 5, seed: 61);
        var factor = KeptFactor.Create(layer.Moments, layer.Kept);
        var shared = LinearRepair.Repair(factor, layer.Weight, layer.Bias, new());
        var alone = LinearRepair.Repair(layer.Moments, layer.Kept, layer.Weight, layer.Bias, new());
        Assert.Equal(alone.Weight.AsSpan().ToArray(), shared.Weight.AsSpan().ToArray());
        var (q, p) = factor.Interpolate();
        var merged = Samples.Multiply(layer.Weight.SelectColumns([.. factor.Pruned]), q);
        var expected = layer.Weight.SelectColumns(layer.Kept);
        for (var i = 0; i < merged.Rows; i++)
            for (var j = 0; j < merged.Columns; j++) expected[i, j] += merged[i, j];
        Samples.AssertNear(expected, shared.Weight, Tolerances.Double);
        for (var k = 0; k < 5; k++)
            Assert.Equal(layer.Bias[k] + Enumerable.Range(0, p.Length).Sum(i => layer.Weight[k, factor.Pruned[i]] * p[i]), shared.Bias![k], Tolerances.Double);

        var unseen = new Layer(90, 12, 5, seed: 62);
        foreach (var target in new[] { RepairTarget.Local, RepairTarget.Recorded })
        {
            var wanted = target == RepairTarget.Local ? Samples.Output(unseen.Z, layer.Weight, layer.Bias) : unseen.Recorded;
            var measured = Samples.MeanSquare(wanted, Samples.Output(unseen.Z.SelectColumns(layer.Kept), shared.Weight, shared.Bias));
            var foretold = LinearRepair.Error(unseen.Moments, layer.Kept, layer.Weight, layer.Bias, shared.Weight, shared.Bias, target);
            Assert.Equal(1, foretold / measured, Tolerances.Double);
        }
    }

    [Fact]
    public void RecordedTargetsWithZeroWeightsAreRidgeRegression()
    {
        var layer = new Layer(80, 6, 3, seed: 71);
        int[] all = [0, 1, 2, 3, 4, 5];
        var result = LinearRepair.Repair(layer.Moments, all, new(3, 6), [], new() { Target = RepairTarget.Recorded, Lambda = 40 });
        var damped = layer.Moments.Centred.Clone();
        for (var j = 0; j < 6; j++) damped[j, j] += 40;
        Samples.AssertNear(Samples.Multiply(layer.Moments.Cross, Samples.Inverse(damped)), result.Weight, Tolerances.Double);
    }

    [Fact]
    public void NothingKeptLeavesTheMean()
    {
        var layer = new Layer(80, 6, 3, seed: 81);
        var result = LinearRepair.Repair(layer.Moments, [], layer.Weight, layer.Bias, new());
        var mean = Enumerable.Range(0, 3).Select(k => Enumerable.Range(0, 80).Average(i => layer.Local[i, k])).ToArray();
        Samples.AssertNear(mean, result.Bias!, Tolerances.Double);
        Assert.Equal(0, result.Weight.Columns);
    }

    [Fact]
    public void TooFewSamplesAreDampedAndSaySo()
    {
        var layer = new Layer(10, 20, 3, seed: 91);
        int[] kept = [.. Enumerable.Range(0, 15)];
        var rule = LinearRepair.Repair(layer.Moments, kept, layer.Weight, layer.Bias, new());
        Assert.Equal(1e-2, rule.DampingUsed);
        Assert.Empty(rule.Messages);
        var raised = LinearRepair.Repair(layer.Moments, kept, layer.Weight, layer.Bias, s_exact, "fc2");
        Assert.Contains("of fc2 are not positive definite with a damping of 0 (pivot of feature 9); retried with 1E-06", Assert.Single(raised.Messages),
            StringComparison.Ordinal);
        Assert.Equal(1e-6, raised.DampingUsed);
    }

    [Fact]
    public void WhatDoesNotBelongTogetherIsRefused()
    {
        var layer = new Layer(50, 6, 3, seed: 95);
        void Refused<T>(string part, Func<RepairResult> call) where T : EspalierException =>
            Assert.Contains(part, Assert.Throws<T>(call).Message, StringComparison.Ordinal);
        Refused<UsageException>("5 inputs", () => LinearRepair.Repair(layer.Moments, [0], new(3, 5), [], new()));
        Refused<UsageException>("bias has 2 values", () => LinearRepair.Repair(layer.Moments, [0], layer.Weight, [1, 2], new()));
        Refused<UsageException>("listed twice", () => LinearRepair.Repair(layer.Moments, [1, 1], layer.Weight, [], new()));
        Refused<UsageException>("3 targets", () => LinearRepair.Repair(layer.Moments, [1], new(2, 6), [], new() { Target = RepairTarget.Recorded }));
        Refused<UsageException>("bias alone", () => LinearRepair.Repair(layer.Moments, [1], layer.Weight, [], new() { Variant = RepairVariant.BiasOnly, RepairBias = false }));
        Refused<UsageException>("damping of -1", () => LinearRepair.Repair(layer.Moments, [1], layer.Weight, [], new() { Damping = -1 }));
        Refused<UsageException>("about the mean", () => LinearRepair.Repair(KeptFactor.Create(layer.Moments, [1]), layer.Weight, [], new() { RepairBias = false }));
        Refused<EspalierException>("no activations", () => LinearRepair.Repair(new(6), [1], layer.Weight, [], new()));
        var broken = new Moments(6);
        broken.Add([1.0, 2, double.NaN, 4, 5, 6]);
        Refused<EspalierException>("feature 1 is NaN", () => LinearRepair.Repair(broken, [0, 2], layer.Weight, [], new()));
        Assert.Null(LinearRepair.Repair(layer.Moments, [1], layer.Weight, [], new() { RepairBias = false }).Bias);
    }

    private static void AssertOrder(double smaller, double larger) =>
        Assert.True(smaller <= larger * (1 + Tolerances.Double), $"{smaller:R} > {larger:R}");

    /// <summary>A consumer with correlated activations, a third of which is pruned, and targets that it does not quite hit.</summary>
    private sealed class Layer
    {
        public Layer(int rows, int features, int outputs, int seed)
        {
            Z = Samples.Activations(rows, features, seed);
            Weight = Samples.Normal(outputs, features, seed + 1);
            Bias = Samples.Normal(1, outputs, seed + 2).Row(0).ToArray();
            Kept = [.. Enumerable.Range(0, features).Where(j => j % 3 != seed % 3)];
            Local = Samples.Output(Z, Weight, Bias);
            Recorded = Samples.Output(Z, Samples.Normal(outputs, features, seed + 3), Bias);
            var noise = Samples.Normal(rows, outputs, seed + 4);
            for (var i = 0; i < rows; i++)
                for (var k = 0; k < outputs; k++) Recorded[i, k] = Local[i, k] + (0.2 * Recorded[i, k]) + noise[i, k];
            Moments = Samples.MomentsOf(Z, Recorded);
        }

        public DoubleMatrix Z { get; }

        public DoubleMatrix Weight { get; }

        public double[] Bias { get; }

        public int[] Kept { get; }

        public DoubleMatrix Local { get; }

        public DoubleMatrix Recorded { get; }

        public Moments Moments { get; }
    }
}
