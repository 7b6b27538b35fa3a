using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Conformance;

/// <summary>Gradients that do not flow, by design.</summary>
public sealed class NetworkGradientTests
{
    public NetworkGradientTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Stored_statistics_are_not_trained()
    {
        var one = new OperatorCase("BatchNormalization", 15, Draw.Floats(3, 2, 4), Draw.Floats(2), Draw.Floats(2), Draw.Floats(2), Draw.Between(0.5, 2, 2));
        var graph = one.Build(out var feeds, allFed: true);
        using var scope = NewDisposeScope();
        using var parameters = new ParameterCache(CPU);
        var tensors = feeds.ToDictionary(pair => graph.Values[pair.Key], pair => TensorInterop.ToTensor(pair.Value, CPU).requires_grad_());
        new GraphExecutor(parameters).Run(ExecutionPlan.Create(graph, graph.Inputs, graph.Outputs), tensors)[0].sum().backward();
        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(i => tensors[graph.Values[$"in{i}"]].grad is not null));
    }
}
