using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>LIAR against least squares by singular values of the design matrix. No official code is public: the recorded results are an evaluation of the
/// method's formulas on another route.</summary>
public sealed class LiarGoldenTests
{
    [Theory]
    [InlineData("attention")]
    [InlineData("ffn")]
    public void RepairsEqualLeastSquares(string name)
    {
        using var golden = new MethodGolden("liar");
        var (z, weight) = (golden.Matrix($"{name}.in.Z"), golden.Matrix($"{name}.in.W"));
        var (bias, kept) = (golden.Values($"{name}.in.b"), golden.Indices($"{name}.in.kept"));
        // Heads 0, 2, 3 and 5 of four features each.
        if (name == "attention") Assert.Equal(kept, FeatureSet.Expand([0, 2, 3, 5], 4));
        var moments = Samples.MomentsOf(z);
        var exact = new RepairSettings { Damping = 0 };

        var full = LinearRepair.Repair(moments, kept, weight, bias, exact);
        Samples.AssertNear(golden.Matrix($"{name}.out.W_full"), full.Weight, Tolerances.Double);
        Samples.AssertNear(golden.Values($"{name}.out.b_full"), full.Bias!, Tolerances.Double);
        AssertSame(golden, $"{name}.out.error_none", full.Errors.None);
        AssertSame(golden, $"{name}.out.error_bias_only", full.Errors.BiasOnly);
        AssertSame(golden, $"{name}.out.error_full", full.Errors.Repaired);

        var (q, p) = KeptFactor.Create(moments, kept, damping: 0).Interpolate();
        Samples.AssertNear(golden.Matrix($"{name}.out.Q"), q, Tolerances.Double);
        Samples.AssertNear(golden.Values($"{name}.out.p"), p, Tolerances.Double);

        var biasOnly = LinearRepair.Repair(moments, kept, weight, bias, exact with { Variant = RepairVariant.BiasOnly });
        Samples.AssertNear(golden.Values($"{name}.out.b_bias_only"), biasOnly.Bias!, Tolerances.Double);
        AssertSame(golden, $"{name}.out.error_bias_only", biasOnly.Errors.Repaired);

        var noBias = LinearRepair.Repair(moments, kept, weight, bias, exact with { RepairBias = false });
        Samples.AssertNear(golden.Matrix($"{name}.out.W_full_no_bias"), noBias.Weight, Tolerances.Double);
        Assert.Equal(bias, noBias.Bias);
        AssertSame(golden, $"{name}.out.error_full_no_bias", noBias.Errors.Repaired);
    }

    private static void AssertSame(MethodGolden golden, string name, double value) => Assert.Equal(1, value / golden.Value(name), Tolerances.Double);
}
