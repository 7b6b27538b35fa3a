using System.Diagnostics.CodeAnalysis;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Formats;

/// <summary>The parameters of a graph as a checkpoint's tensors, constants left out: to write them, or to build the same model in another form.</summary>
public sealed class GraphTensors : TensorCollection
{
    private readonly Graph _graph;

    /// <summary>Wraps a graph; later changes of its parameters are seen.</summary>
    public GraphTensors(Graph graph)
    {
        _graph = graph;
        Names = [.. graph.Parameters.Values.Where(parameter => !parameter.IsConstant).Select(parameter => parameter.Name)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; }

    /// <inheritdoc/>
    public override string Origin => $"graph '{_graph.Name}'";

    /// <inheritdoc/>
    public override bool TryGet(string name, [NotNullWhen(true)] out TensorData? data)
    {
        data = _graph.Parameters.TryGetValue(name, out var parameter) && !parameter.IsConstant ? parameter.Data : null;
        return data is not null;
    }
}
