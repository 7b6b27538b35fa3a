using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// Closed-form repair of a linear layer y = W z + b after some of its inputs z were removed: new weights and bias for the kept inputs K, from
/// moments of z alone. Source: LIAR, Wang et al. 2024, arXiv 2407.13331; with moments about zero it is the OBS update of OBSPA (Wang et al.
/// 2024, arXiv 2403.18955), and with recorded targets the refit of channel pruning (He, Zhang and Sun, ICCV 2017).
/// <para>W' = W_K + R (C_KK + lambda I)^-1, R the cross moment of what slicing loses with z_K: damping pulls towards the sliced weights. For the local
/// target R = W_P C_PK; with a recorded target and W = 0 it is ridge regression.</para>
/// </summary>
public static class LinearRepair
{
    /// <summary>Repairs one layer.</summary>
    /// <param name="moments">Moments of z, and of y for a recorded target.</param>
    /// <param name="kept">K, distinct features in the order of the new weight's columns. Blocks of features (heads, taps of a channel) through
    /// <see cref="FeatureSet.Expand"/>.</param>
    /// <param name="weight">W, outputs x features, unchanged.</param>
    /// <param name="bias">b, or empty when the layer has none.</param>
    /// <param name="settings">Options.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <exception cref="UsageException">Shapes or options do not belong together.</exception>
    /// <exception cref="EspalierException">No samples, moments that are not finite, or moments that cannot be factored.</exception>
    public static RepairResult Repair(
        Moments moments, ReadOnlySpan<int> kept, DoubleMatrix weight, ReadOnlySpan<double> bias, RepairSettings settings, string? layer = null)
    {
        var factor = settings.Variant is RepairVariant.Span or RepairVariant.Full
            ? KeptFactor.Create(moments, kept, settings.RepairBias, settings.Damping, settings.Lambda, settings.Kernels, layer)
            : null;
        return Run(moments, kept.ToArray(), factor, weight, bias, settings, layer);
    }

    /// <summary>Repairs one of several layers that read the same activations; the damping of the factor counts.</summary>
    /// <param name="factor">The factored moments; made with the same <see cref="RepairSettings.RepairBias"/>.</param>
    /// <param name="weight">W, outputs x features, unchanged.</param>
    /// <param name="bias">b, or empty when the layer has none.</param>
    /// <param name="settings">Options.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <exception cref="UsageException">Shapes or options do not belong together.</exception>
    public static RepairResult Repair(
        KeptFactor factor, DoubleMatrix weight, ReadOnlySpan<double> bias, RepairSettings settings, string? layer = null)
    {
        if (factor.Centred != settings.RepairBias)
            throw new UsageException($"moments about {(factor.Centred ? "the mean" : "zero")} were factored, but the bias is"
                + $" {(settings.RepairBias ? "" : "not ")}to be repaired", layer);
        return Run(factor.Moments, [.. factor.Kept], factor, weight, bias, settings, layer);
    }

    /// <summary>The mean squared error, summed over outputs, that a repaired layer makes on the samples of any moments: of held-out samples, for example.</summary>
    /// <param name="moments">Moments of z, and of y for a recorded target.</param>
    /// <param name="kept">K.</param>
    /// <param name="weight">W, outputs x features.</param>
    /// <param name="bias">b, or empty.</param>
    /// <param name="repaired">W', outputs x |K|.</param>
    /// <param name="repairedBias">b', or empty.</param>
    /// <param name="target">What to reproduce.</param>
    /// <param name="kernels">Threads; one by default.</param>
    /// <exception cref="UsageException">Shapes do not belong together.</exception>
    public static double Error(
        Moments moments, ReadOnlySpan<int> kept, DoubleMatrix weight, ReadOnlySpan<double> bias, DoubleMatrix repaired,
        ReadOnlySpan<double> repairedBias, RepairTarget target = RepairTarget.Local, KernelSettings? kernels = null)
    {
        Check(moments, weight, bias, target, null);
        if (repaired.Rows != weight.Rows || repaired.Columns != kept.Length || (!repairedBias.IsEmpty && repairedBias.Length != weight.Rows))
            throw new UsageException($"a repaired weight of {repaired.Rows}x{repaired.Columns} with a bias of {repairedBias.Length} values does not"
                + $" belong to {weight.Rows} outputs and {kept.Length} kept features");
        var settings = kernels ?? KernelSettings.Default;
        var list = kept.ToArray();
        var residual = Residual(moments, list, weight, bias, target, settings);
        var change = weight.SelectColumns(list);
        TensorPrimitives.Subtract(repaired.AsSpan(), change.AsSpan(), change.AsSpan());
        var shift = new double[weight.Rows];
        if (!repairedBias.IsEmpty) repairedBias.CopyTo(shift);
        if (!bias.IsEmpty) TensorPrimitives.Subtract(shift, bias, shift);
        return Error(moments, list, residual, change, shift, settings);
    }

    private static RepairResult Run(
        Moments moments, int[] kept, KeptFactor? factor, DoubleMatrix weight, ReadOnlySpan<double> bias, RepairSettings settings, string? layer)
    {
        Check(moments, weight, bias, settings.Target, layer);
        if (settings is { Variant: RepairVariant.BiasOnly, RepairBias: false })
            throw new UsageException("a repair of the bias alone cannot leave the bias alone", layer, "Choose another variant, or repair the bias");
        var residual = Residual(moments, kept, weight, bias, settings.Target, settings.Kernels);
        var newWeight = weight.SelectColumns(kept);
        var change = new DoubleMatrix(weight.Rows, kept.Length);
        if (settings.Variant is RepairVariant.Span or RepairVariant.Full)
        {
            residual.Cross.AsSpan().CopyTo(change.AsSpan());
            if (!settings.RepairBias) SecondMoments.Uncentre(change, moments.Count, residual.Mean, SecondMoments.Mean(moments, kept));
            factor!.SolveRows(change);
            if (settings.Variant == RepairVariant.Span) change = ColumnSpace.Project(newWeight, change, settings.Kernels);
        }
        TensorPrimitives.Add(newWeight.AsSpan(), change.AsSpan(), newWeight.AsSpan());
        var shift = new double[weight.Rows];
        var repairBias = settings.RepairBias && settings.Variant != RepairVariant.None;
        if (repairBias) TensorPrimitives.Subtract(residual.Mean, RepairResidual.Apply(change, SecondMoments.Mean(moments, kept)), shift);
        var biasOnly = Math.Max(0, residual.Energy) / moments.Count;
        return new()
        {
            Weight = newWeight,
            Bias = repairBias || !bias.IsEmpty ? Sum(shift, bias) : null,
            Errors = new(biasOnly + TensorPrimitives.SumOfSquares<double>(residual.Mean), biasOnly,
                Error(moments, kept, residual, change, shift, settings.Kernels)),
            DampingUsed = factor?.Damping ?? 0,
            Messages = factor?.Messages ?? [],
        };
    }

    private static void Check(Moments moments, DoubleMatrix weight, ReadOnlySpan<double> bias, RepairTarget target, string? layer)
    {
        if (moments.Count == 0)
            throw new EspalierException("no activations were seen", layer, "Calibrate with at least one sample");
        if (weight.Columns != moments.Features)
            throw new UsageException($"the weight has {weight.Columns} inputs, the moments {moments.Features} features", layer ?? "weight");
        if (!bias.IsEmpty && bias.Length != weight.Rows)
            throw new UsageException($"the bias has {bias.Length} values, the weight {weight.Rows} outputs", layer ?? "bias");
        if (target == RepairTarget.Recorded && moments.Targets != weight.Rows)
            throw new UsageException($"the weight has {weight.Rows} outputs, but {moments.Targets} targets were recorded", layer ?? "target");
    }

    private static RepairResidual Residual(
        Moments moments, int[] kept, DoubleMatrix weight, ReadOnlySpan<double> bias, RepairTarget target, KernelSettings settings)
    {
        var pruned = FeatureSet.Complement(kept, moments.Features);
        return target == RepairTarget.Local
            ? RepairResidual.Local(moments, kept, pruned, weight, settings)
            : RepairResidual.Recorded(moments, kept, weight, bias, settings);
    }

    /// <summary>The mean of |e - D z_K - shift|^2, its centred part and its mean apart.</summary>
    private static double Error(
        Moments moments, int[] kept, RepairResidual residual, DoubleMatrix change, double[] shift, KernelSettings settings)
    {
        var product = DoubleProduct.Multiply(change, SecondMoments.Select(moments, kept, kept, centred: true), settings);
        var centred = residual.Energy - (2 * RepairResidual.Inner(change, residual.Cross)) + RepairResidual.Inner(change, product);
        var mean = RepairResidual.Apply(change, SecondMoments.Mean(moments, kept));
        for (var k = 0; k < mean.Length; k++) mean[k] = residual.Mean[k] - mean[k] - shift[k];
        // A perfect fit leaves the rounding of the terms that cancel, which may be negative.
        return (Math.Max(0, centred) / moments.Count) + TensorPrimitives.SumOfSquares<double>(mean);
    }

    private static double[] Sum(double[] shift, ReadOnlySpan<double> bias)
    {
        var sum = (double[])shift.Clone();
        if (!bias.IsEmpty) TensorPrimitives.Add(shift, bias, sum);
        return sum;
    }
}
