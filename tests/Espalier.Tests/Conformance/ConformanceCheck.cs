using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Conformance;

/// <summary>Runs cases in ONNX Runtime and here, and compares types, shapes and values.</summary>
internal static class ConformanceCheck
{
    /// <summary>Runs all cases; the message of a failure lists every case that deviates.</summary>
    public static void Run(IEnumerable<OperatorCase> cases)
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var one in cases)
        {
            count++;
            if (Deviation(one) is { } deviation) failures.Add($"{one}: {deviation}");
        }
        Assert.True(count > 0, "There are no cases.");
        Assert.True(failures.Count == 0, $"{failures.Count} of {count} cases fail:\n{string.Join('\n', failures)}");
    }

    /// <summary>What is wrong with a case; null if nothing is.</summary>
    public static string? Deviation(OperatorCase one)
    {
        TorchRuntime.EnsureLoaded();
        var graph = one.Build(out var feeds);
        IReadOnlyList<TensorData> expected;
        try
        {
            expected = RuntimeReference.Run(graph, feeds);
            if (one.RefusedByRuntime is not null) return $"ONNX Runtime does not refuse it, although marked: {one.RefusedByRuntime}";
        }
        catch (OnnxRuntimeException e)
        {
            if (one.RefusedByRuntime is null) return $"ONNX Runtime refuses it: {e.Message}";
            if (one.Expected is null) return "a case that ONNX Runtime refuses needs the values that the specification demands";
            expected = one.Expected([.. Enumerable.Range(0, one.Inputs.Count).Select(i => Data(graph, feeds, $"in{i}"))]);
        }
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        if (one.RuntimeDeviates is not null)
        {
            if (one.Expected is null) return "a case in which ONNX Runtime departs from the specification needs the values that the specification demands";
            var demanded = one.Expected([.. Enumerable.Range(0, one.Inputs.Count).Select(i => Data(graph, feeds, $"in{i}"))]);
            if (demanded.Zip(expected).All(pair => TensorComparison.Difference(pair.First, TensorInterop.ToTensor(pair.Second, CPU), one.Tolerance) is null))
                return $"ONNX Runtime computes what the specification demands, although marked: {one.RuntimeDeviates}";
            expected = demanded;
        }
        Tensor[] actual;
        try
        {
            actual = Execute(graph, feeds);
        }
        catch (EspalierException e)
        {
            return $"it fails here: {e.Message}";
        }
        for (var i = 0; i < expected.Count; i++)
        {
            if (TensorComparison.Difference(expected[i], actual[i], one.Tolerance) is { } difference) return $"{graph.Outputs[i].Name}: {difference}";
        }
        return null;
    }

    /// <summary>The outputs of a graph, executed here.</summary>
    public static Tensor[] Execute(Graph graph, IReadOnlyDictionary<string, TensorData> feeds)
    {
        using var parameters = new ParameterCache(CPU);
        var plan = ExecutionPlan.Create(graph, graph.Inputs, graph.Outputs);
        return new GraphExecutor(parameters).Run(plan, feeds.ToDictionary(pair => graph.Values[pair.Key], pair => TensorInterop.ToTensor(pair.Value, CPU)));
    }

    private static TensorData? Data(Graph graph, IReadOnlyDictionary<string, TensorData> feeds, string name) =>
        feeds.TryGetValue(name, out var fed) ? fed : graph.Parameters.TryGetValue(name, out var stored) ? stored.Data : null;
}
