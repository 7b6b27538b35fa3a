using Espalier.Tensors;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Tests.Conformance;

/// <summary>Compares a computed tensor with the truth.</summary>
internal static class TensorComparison
{
    /// <summary>What differs, or null. NaN equals NaN, and infinities equal themselves.</summary>
    public static string? Difference(TensorData expected, Tensor actual, ToleranceClass tolerance)
    {
        if (actual.dtype != TensorInterop.ComputationType(expected.ElementType)) return $"type {actual.dtype}, expected {expected.ElementType}";
        if (!expected.Shape.ToArray().AsSpan().SequenceEqual(actual.shape)) return $"shape [{string.Join(", ", actual.shape)}], expected {expected.Shape}";
        using var scope = NewDisposeScope();
        using var truth = TensorInterop.ToTensor(expected, CPU);
        if (!expected.ElementType.IsFloat())
        {
            var wanted = truth.to(ScalarType.Int64).reshape(-1).data<long>().ToArray();
            var given = actual.to(ScalarType.Int64).contiguous().reshape(-1).data<long>().ToArray();
            for (var i = 0; i < wanted.Length; i++)
            {
                if (wanted[i] != given[i]) return $"element {i} is {given[i]}, expected {wanted[i]}";
            }
            return null;
        }
        if (expected.ElementType is ElementType.F16 or ElementType.BF16 && tolerance != ToleranceClass.Exact) tolerance = tolerance.AtLeast(ToleranceClass.Half);
        return Difference(Doubles(truth), Doubles(actual), tolerance);
    }

    /// <summary>What differs between two lists of numbers, or null.</summary>
    public static string? Difference(double[] expected, double[] actual, ToleranceClass tolerance)
    {
        var scale = expected.Select(Math.Abs).Where(value => value < float.MaxValue).DefaultIfEmpty(0).Max();
        for (var i = 0; i < expected.Length; i++)
        {
            if (expected[i].Equals(actual[i]) || expected[i] == actual[i]) continue;
            // ONNX Runtime hides scores with the least finite float, which is as good as minus infinity.
            if (expected[i] == -float.MaxValue && double.IsNegativeInfinity(actual[i])) continue;
            var bound = (tolerance.Relative * Math.Abs(expected[i])) + (tolerance.Absolute * Math.Max(1, scale));
            if (!(Math.Abs(expected[i] - actual[i]) <= bound)) return $"element {i} of {expected.Length} is {actual[i]:R}, expected {expected[i]:R} (tolerance {tolerance.Name})";
        }
        return null;
    }

    /// <summary>All elements.</summary>
    public static double[] Doubles(Tensor tensor) => tensor.detach().to(ScalarType.Float64).contiguous().reshape(-1).data<double>().ToArray();
}
