using Espalier.Numerics;
using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>What the LASSO of channel pruning must obey, with Z written out.</summary>
public sealed class ChannelLassoTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 3)]
    [InlineData(9, 1)]
    public void CovariancesEqualThoseOfZWrittenOut(int taps, int calls)
    {
        var layer = new Consumer(50, 7, taps, 6, seed: 1);
        var problem = layer.Problem(calls);
        var (z, y) = layer.Responses();
        var moments = Samples.MomentsOf(z, y);
        Assert.Equal(50 * 6, problem.Rows);
        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(moments.Cross[0, i] / 300, problem.Correlation[i], Tolerances.DoubleSum);
            Assert.Equal(moments.Mean[i], problem.Mean[i], Tolerances.DoubleSum);
            for (var j = 0; j < 7; j++) Assert.Equal(moments.Centred[i, j] / 300, problem.Gram[i, j], Tolerances.Double);
        }
    }

    [Fact]
    public void SolutionsMeetTheOptimalityConditions()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var layer = new Consumer(40, 15, 1 + (seed % 4), 5, seed);
            var problem = layer.Problem();
            var (z, y) = layer.Responses();
            var solver = new LassoSolver(problem);
            var lastNorm = double.PositiveInfinity;
            foreach (var share in new[] { 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 0.7, 0.999, 1.0, 2.0 })
            {
                var alpha = share * problem.HighestAlpha;
                solver.Solve(alpha);
                Assert.True(solver.Converged);
                var beta = solver.Coefficients.ToArray();
                var intercept = problem.Intercept(beta);
                var residual = Samples.Output(z, DoubleMatrix.FromRows(1, 15, beta), [intercept]);
                for (var i = 0; i < z.Rows; i++) residual[i, 0] = y[i, 0] - residual[i, 0];
                Assert.Equal(0, residual.AsSpan().ToArray().Average(), Tolerances.Double);
                for (var j = 0; j < 15; j++)
                {
                    var slope = Enumerable.Range(0, z.Rows).Sum(i => z[i, j] * residual[i, 0]) / z.Rows;
                    if (beta[j] != 0) Assert.Equal(Math.Sign(beta[j]) * alpha, slope, Tolerances.DoubleSolve * problem.HighestAlpha);
                    else Assert.InRange(Math.Abs(slope), 0, alpha + (Tolerances.DoubleSolve * problem.HighestAlpha));
                }
                if (share >= 1) Assert.Equal(0, solver.Count);
                else Assert.True(solver.Count > 0);
                // The norm falls along the path (a theorem; the count follows it but for rare crossings).
                var norm = beta.Sum(Math.Abs);
                Assert.True(norm <= lastNorm * (1 + Tolerances.Double));
                lastNorm = norm;
            }
        }
    }

    [Theory]
    [InlineData(10, 0.1)]
    [InlineData(17, 0.1)]
    [InlineData(23, 0.1)]
    [InlineData(8, 3)]
    [InlineData(12, 0)]
    public void TheCountIsWithinTheTolerance(int kept, double tolerance)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var problem = new Consumer(60, 24, 1, 8, seed).Problem();
            var result = Samples.Select(problem, kept, new() { Tolerance = tolerance });
            Assert.Null(result.Remark);
            Assert.InRange(result.Kept.Count, kept, tolerance < 1 ? (int)(kept * (1 + tolerance)) : kept + (int)tolerance);
            Assert.Equal(result.Kept, Enumerable.Range(0, 24).Where(i => result.Coefficients[i] != 0));
            Assert.Equal((result.Alpha, result.Kept.Count), result.Steps[^1]);
            // Counts fall with alpha on these instances.
            var byAlpha = result.Steps.OrderBy(step => step.Alpha).Select(step => step.Count).ToArray();
            Assert.Equal(byAlpha.OrderDescending(), byAlpha);
        }
    }

    [Fact]
    public void AllChannelsNeedNoSearch()
    {
        var layer = new Consumer(400, 9, 2, 4, seed: 3);
        var result = Samples.Select(layer.Problem(), 9);
        Assert.Equal(Enumerable.Range(0, 9), result.Kept);
        Assert.Equal(0, result.Alpha);
        var refit = layer.Refit(result.Kept);
        Assert.InRange(refit.Errors.Repaired, 0, Tolerances.Double);
        Samples.AssertNear(layer.Weight, refit.Weight, Tolerances.Double);
    }

    [Fact]
    public void ZeroAndRepeatedChannelsGoFirstAndTheRefitLosesNothing()
    {
        var layer = new Consumer(500, 12, 3, 5, seed: 4);
        layer.Change((patch, i) => i switch { 4 => 0, 9 => patch[2], _ => patch[i] }, 2, 9);
        var problem = layer.Problem();
        var result = Samples.Select(problem, 10);
        Assert.Equal([0, 1, 2, 3, 5, 6, 7, 8, 10, 11], result.Kept);
        Assert.Null(result.Remark);
        Assert.InRange(layer.Refit(result.Kept).Errors.Repaired, 0, Tolerances.Double);
        // Eleven cannot survive: one of the two is filled in, and the result says so.
        var filled = Samples.Select(problem, 11);
        Assert.Equal([0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11], filled.Kept);
        Assert.Contains("Only 10 channels survive", filled.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void WhereNoAlphaGivesTheCountTheLargestContributionsDecide()
    {
        // Orthogonal columns; three enter the path at the same alpha. The official search would not end.
        var moments = new Moments(4, 1);
        foreach (var (a, b, c) in new[] { (1, 1, 1), (1, 1, -1), (1, -1, 1), (1, -1, -1), (-1, 1, 1), (-1, 1, -1), (-1, -1, 1), (-1, -1, -1) })
            moments.Add([a, b, c, a * b], [a + b + c + (0.125 * a * b)]);
        var result = Samples.Select(LassoProblem.FromMoments(moments), 2);
        Assert.Equal([0, 1], result.Kept);
        Assert.Contains("No alpha leaves 2 to 2 channels: of the 3", result.Remark, StringComparison.Ordinal);
        Assert.InRange(result.Steps.Count, 1, 100);
        Assert.InRange(result.Alpha, 0.99, 1);

        // The coefficients of the result are those of the path, so the dropped one shows.
        Assert.Equal(3, result.Coefficients.Count(value => value != 0));
        var limited = Samples.Select(LassoProblem.FromMoments(moments), 2, new() { StepLimit = 3 });
        Assert.Equal(3, limited.Steps.Count);
        Assert.Equal([0, 1], limited.Kept);
    }

    [Fact]
    public void TheRefitIsBetterThanScalingAndSlicing()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var layer = new Consumer(300, 16, 4, 6, seed);
            var problem = layer.Problem();
            var result = Samples.Select(problem, 10);
            var refit = layer.Refit(result.Kept);
            var kept = FeatureSet.Expand([.. result.Kept], 4);
            var scaled = layer.Weight.SelectColumns(kept);
            for (var i = 0; i < scaled.Rows; i++)
                for (var j = 0; j < scaled.Columns; j++) scaled[i, j] *= result.Coefficients[kept[j] / 4];
            var scalingError = LinearRepair.Error(layer.Moments, kept, layer.Weight, [], scaled, [], RepairTarget.Recorded);
            Assert.True(refit.Errors.Repaired <= scalingError);
            Assert.True(refit.Errors.Repaired <= refit.Errors.BiasOnly);
            Assert.True(refit.Errors.BiasOnly <= refit.Errors.None);
        }
    }

    [Fact]
    public void StateIsLocalAndTheFirstAlphaOnlyTheStart()
    {
        var problem = new Consumer(80, 20, 1, 6, seed: 5).Problem();
        var first = Samples.Select(problem, 12);
        Assert.Equal(first.Kept, Samples.Select(problem, 12).Kept);
        Assert.Equal(first.Steps, Samples.Select(problem, 12).Steps);
        var seeded = Samples.Select(problem, 12, new() { FirstAlpha = 50 * problem.HighestAlpha });
        Assert.InRange(seeded.Kept.Count, 12, 13);
    }

    [Fact]
    public void WhatDoesNotBelongTogetherIsRefused()
    {
        var problem = new Consumer(20, 5, 1, 2, seed: 6).Problem();
        Assert.Throws<UsageException>(() => Samples.Select(problem, 0));
        Assert.Throws<UsageException>(() => Samples.Select(problem, 6));
        Assert.Throws<UsageException>(() => Samples.Select(problem, 2, new() { Tolerance = -1 }));
        Assert.Throws<UsageException>(() => Samples.Select(problem, 2, new() { FirstAlpha = 0 }));
        Assert.Throws<UsageException>(() => LassoProblem.FromMoments(new Moments(3)));
        Assert.Throws<EspalierException>(() => LassoProblem.FromMoments(new Moments(3, 1)));
        Assert.Throws<UsageException>(() => new ChannelResponses(new(2, 10), 3));
        var responses = new ChannelResponses(new(2, 4), 2);
        Assert.Throws<UsageException>(() => responses.Add(new float[4], new float[3]));
        responses.Add([1, 2, float.NaN, 4], [1, 1]);
        Assert.Throws<EspalierException>(() => responses.ToProblem());
    }

    /// <summary>A consumer, patches with channels that hang together, and the exact outputs as targets.</summary>
    private sealed class Consumer
    {
        private readonly int _samples, _channels, _taps;
        private readonly float[] _patches;

        public Consumer(int samples, int channels, int taps, int outputs, int seed)
        {
            (_samples, _channels, _taps) = (samples, channels, taps);
            var x = Samples.Activations(samples, channels * taps, seed);
            _patches = [.. x.AsSpan().ToArray().Select(value => (float)Math.Max(0, value))];
            Weight = Samples.Normal(outputs, channels * taps, seed + 7);
        }

        public DoubleMatrix Weight { get; private set; }

        public Moments Moments
        {
            get
            {
                var moments = new Moments(_channels * _taps, Weight.Rows);
                moments.Add(X().AsSpan(), Targets().AsSpan());
                return moments;
            }
        }

        /// <summary>Rewrites every tap of every patch, channel by channel, and lets one channel's weights be those of another.</summary>
        public void Change(Func<float[], int, float> rewrite, int source, int copy)
        {
            for (var s = 0; s < _samples; s++)
            {
                for (var t = 0; t < _taps; t++)
                {
                    var channels = Enumerable.Range(0, _channels).Select(i => _patches[(((s * _channels) + i) * _taps) + t]).ToArray();
                    for (var i = 0; i < _channels; i++) _patches[(((s * _channels) + i) * _taps) + t] = rewrite(channels, i);
                }
            }
            for (var k = 0; k < Weight.Rows; k++)
                for (var t = 0; t < _taps; t++) Weight[k, (copy * _taps) + t] = Weight[k, (source * _taps) + t];
        }

        public LassoProblem Problem(int calls = 1)
        {
            var responses = new ChannelResponses(Weight, _taps);
            float[] targets = [.. Targets().AsSpan().ToArray().Select(value => (float)value)];
            var (inputs, outputs) = (_channels * _taps, Weight.Rows);
            for (var call = 0; call < calls; call++)
            {
                var (from, to) = (_samples * call / calls, _samples * (call + 1) / calls);
                responses.Add(_patches.AsSpan(from * inputs, (to - from) * inputs), targets.AsSpan(from * outputs, (to - from) * outputs));
            }
            return responses.ToProblem();
        }

        public RepairResult Refit(IReadOnlyList<int> kept) =>
            LinearRepair.Repair(Moments, FeatureSet.Expand([.. kept], _taps), Weight, [], new() { Target = RepairTarget.Recorded, Damping = 0 });

        public (DoubleMatrix Z, DoubleMatrix Y) Responses()
        {
            var (z, y) = (new DoubleMatrix(_samples * Weight.Rows, _channels), new DoubleMatrix(_samples * Weight.Rows, 1));
            var (x, targets) = (X(), Targets());
            for (var s = 0; s < _samples; s++)
            {
                for (var k = 0; k < Weight.Rows; k++)
                {
                    var row = (s * Weight.Rows) + k;
                    y[row, 0] = (float)targets[s, k];
                    for (var j = 0; j < x.Columns; j++) z[row, j / _taps] += x[s, j] * Weight[k, j];
                }
            }
            return (z, y);
        }

        private DoubleMatrix X() => DoubleMatrix.FromRows(_samples, _channels * _taps, [.. _patches.Select(value => (double)value)]);

        private DoubleMatrix Targets() => Samples.Output(X(), Weight, null);
    }
}
