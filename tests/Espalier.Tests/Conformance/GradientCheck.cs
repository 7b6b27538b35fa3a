using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Conformance;

/// <summary>Compares gradients of the executor with central differences. Floats are fed in double precision, so the differences are sharp.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-5;

    /// <summary>Checks all cases; the message of a failure lists every case that deviates.</summary>
    public static void Run(IEnumerable<OperatorCase> cases)
    {
        var failures = cases.Select(one => (Case: one, Deviation: Deviation(one))).Where(pair => pair.Deviation is not null).ToArray();
        Assert.True(failures.Length == 0, string.Join('\n', failures.Select(pair => $"{pair.Case}: {pair.Deviation}")));
    }

    /// <summary>What is wrong with the gradients of a case with respect to its float inputs, or null. At least one gradient must not be zero.</summary>
    /// <param name="one">The case; the function must be smooth at the inputs drawn.</param>
    public static string? Deviation(OperatorCase one)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var graph = one.Build(out var feeds, allFed: true);
        var tensors = feeds.ToDictionary(pair => graph.Values[pair.Key], pair => Input(pair.Value, !one.WithoutGradient.Any(i => pair.Key == $"in{i}")));
        using var parameters = new ParameterCache(CPU);
        var plan = ExecutionPlan.Create(graph, graph.Inputs, graph.Outputs);
        var executor = new GraphExecutor(parameters);
        double Loss(Value changed, Tensor replacement)
        {
            using var inner = NewDisposeScope();
            using var none = no_grad();
            var inputs = tensors.ToDictionary(pair => pair.Key, pair => pair.Key == changed ? replacement : pair.Value.detach());
            return Weighted(executor.Run(plan, inputs)).item<double>();
        }

        Weighted(executor.Run(plan, tensors)).backward();
        var largest = 0.0;
        foreach (var (value, tensor) in tensors)
        {
            if (!tensor.requires_grad) continue;
            var point = TensorComparison.Doubles(tensor);
            var numeric = new double[point.Length];
            for (var i = 0; i < point.Length; i++)
            {
                double At(double x)
                {
                    var moved = (double[])point.Clone();
                    moved[i] = x;
                    return Loss(value, FromDoubles(moved, tensor.shape));
                }
                numeric[i] = (At(point[i] + Step) - At(point[i] - Step)) / (2 * Step);
            }
            if (tensor.grad is not { } gradient)
            {
                if (numeric.Any(slope => Math.Abs(slope) > 1e-6)) return $"{value.Name}: no gradient, expected {numeric[0]:R}, ...";
                continue;
            }
            if (TensorComparison.Difference(numeric, TensorComparison.Doubles(gradient), ToleranceClass.Gradient) is { } difference) return $"gradient of {value.Name}: {difference}";
            largest = Math.Max(largest, numeric.Select(Math.Abs).DefaultIfEmpty(0).Max());
        }
        return largest > 0 ? null : "all gradients are zero, so nothing was checked";
    }

    private static Tensor FromDoubles(double[] values, long[] shape) => tensor(values, ScalarType.Float64).reshape(shape);

    private static Tensor Input(TensorData data, bool differentiated)
    {
        var tensor = TensorInterop.ToTensor(data, CPU);
        return data.ElementType.IsFloat() ? tensor.to(ScalarType.Float64).requires_grad_(differentiated) : tensor;
    }

    /// <summary>A number that depends on every float output with different weights, so that no error cancels.</summary>
    private static Tensor Weighted(IEnumerable<Tensor> outputs)
    {
        var sum = zeros(1, ScalarType.Float64);
        foreach (var output in outputs.Where(output => output.is_floating_point() && output.numel() > 0))
            sum = sum + (output.reshape(-1) * (arange(output.numel(), ScalarType.Float64) * 0.7).cos().add(0.3)).sum();
        return sum.squeeze();
    }
}
