using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// What slicing leaves, e = target - W_K z_K - b, in moments: all that a repair needs. With D = W' - W_K the error of the repaired layer is
/// tr(E) - 2 tr(D R^T) + tr(D C_KK D^T), E the second moment of e and R its cross moment with z_K.
/// </summary>
internal sealed class RepairResidual
{
    /// <summary>Mean of e, for every output.</summary>
    public required double[] Mean { get; init; }

    /// <summary>Sum over samples and outputs of the centred e squared.</summary>
    public required double Energy { get; init; }

    /// <summary>R = sum over samples of e z_K^T, both centred; outputs x |K|.</summary>
    public required DoubleMatrix Cross { get; init; }

    /// <summary>The local target: e = W_P z_P.</summary>
    public static RepairResidual Local(Moments moments, int[] kept, int[] pruned, DoubleMatrix weight, KernelSettings settings)
    {
        var lost = weight.SelectColumns(pruned);
        var energy = Inner(lost, DoubleProduct.Multiply(lost, SecondMoments.Select(moments, pruned, pruned, centred: true), settings));
        return new()
        {
            Mean = Apply(lost, SecondMoments.Mean(moments, pruned)),
            Energy = energy,
            Cross = DoubleProduct.Multiply(lost, SecondMoments.Select(moments, kept, pruned, centred: true), settings),
        };
    }

    /// <summary>The recorded target: e = y - W_K z_K - b.</summary>
    public static RepairResidual Recorded(Moments moments, int[] kept, DoubleMatrix weight, ReadOnlySpan<double> bias, KernelSettings settings)
    {
        var stays = weight.SelectColumns(kept);
        var explained = DoubleProduct.Multiply(stays, SecondMoments.Select(moments, kept, kept, centred: true), settings);
        var cross = moments.Cross.SelectColumns(kept);
        var energy = TensorPrimitives.Sum(moments.TargetEnergy) - (2 * Inner(stays, cross)) + Inner(stays, explained);
        TensorPrimitives.Subtract(cross.AsSpan(), explained.AsSpan(), cross.AsSpan());
        var mean = Apply(stays, SecondMoments.Mean(moments, kept));
        TensorPrimitives.Subtract(moments.TargetMean, mean, mean);
        if (!bias.IsEmpty) TensorPrimitives.Subtract(mean, bias, mean);
        return new() { Mean = mean, Energy = energy, Cross = cross };
    }

    /// <summary>A matrix times a vector.</summary>
    public static double[] Apply(DoubleMatrix matrix, ReadOnlySpan<double> vector)
    {
        var result = new double[matrix.Rows];
        for (var i = 0; i < result.Length; i++) result[i] = TensorPrimitives.Dot(matrix.Row(i), vector);
        return result;
    }

    /// <summary>The sum of products of all elements.</summary>
    public static double Inner(DoubleMatrix a, DoubleMatrix b) => TensorPrimitives.Dot(a.AsSpan(), b.AsSpan());
}
