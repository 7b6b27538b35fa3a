using Espalier.Graphs;
using static TorchSharp.torch;
using GraphParameter = Espalier.Graphs.Parameter;

namespace Espalier.Torch.Execution;

/// <summary>Exponential averages, as ONNX defines the training of BatchNormalization: stored * momentum + batch * (1 - momentum), momentum being the node's attribute.</summary>
/// <param name="stored">The stored statistics, changed in place.</param>
internal sealed class RunningStatistics(IReadOnlyDictionary<GraphParameter, Tensor> stored) : IBatchStatistics
{
    public void Add(Node node, Tensor mean, Tensor variance, long count)
    {
        var kept = node.Attributes.Float("momentum", 0.9f);
        Stored(node, 3).mul_(kept).add_(mean, 1 - kept);
        Stored(node, 4).mul_(kept).add_(variance, 1 - kept);
    }

    private Tensor Stored(Node node, int input) => stored[ParameterOf(node, input)];

    /// <summary>The parameter that holds a node's mean (input 3) or variance (input 4).</summary>
    /// <exception cref="EspalierException">The statistics are computed in the graph.</exception>
    public static GraphParameter ParameterOf(Node node, int input) => node.Input(input).Parameter is { Role: ParameterRole.Statistic } parameter ? parameter
        : throw new EspalierException("its running statistics are no parameters that only batch normalisation reads, so they cannot be updated", $"node '{node.Name}'",
            "Fold constants in the graph, or train without updating the statistics");
}
