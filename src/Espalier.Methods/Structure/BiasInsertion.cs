using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Methods.Structure;

/// <summary>
/// Gives every convolution and matrix product with a weight a bias of its own, zero where it had none: repairs need a place for the mean of
/// what is lost. Biases that several nodes share become separate.
/// </summary>
public sealed class BiasInsertion : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph)
    {
        var shared = graph.Nodes.SelectMany(node => node.Inputs.OfType<Value>()).Where(value => value.Parameter is not null).GroupBy(value => value).Where(uses => uses.Count() > 1).Select(uses => uses.Key).ToHashSet();
        var copy = new GraphCopy(graph);
        foreach (var node in graph.Nodes)
        {
            if (!Takes(node, out var outputs)) copy.Add(node);
            else if (node.OptionalInput(2) is not { } bias) copy.Add(node, With(copy, node, Zero(outputs)));
            else if (bias.Parameter is { } parameter && shared.Contains(bias) && parameter.Shape == new TensorShape(outputs)) copy.Add(node, With(copy, node, parameter.Data));
            else copy.Add(node);
        }
        copy.Finish();
        return copy.Target;
    }

    /// <summary>Convolutions and Gemm have a place for a bias; a product behind which nothing is added has none.</summary>
    private static bool Takes(Node node, out long outputs)
    {
        outputs = 0;
        if (node.Domain.Length > 0 || node.OpType is not ("Conv" or "Gemm") || node.Input(1).Parameter is not { Data.ElementType: ElementType.F32 } weight || weight.Shape.Rank < 2) return false;
        outputs = weight.Shape[node.OpType == "Gemm" && node.Attributes.Int("transB", 0) == 0 ? 1 : 0];
        return true;
    }

    private static ArrayTensorData Zero(long count) => ArrayTensorData.FromSingles(new TensorShape(count), new float[count]);

    private static IReadOnlyList<Value?> With(GraphCopy copy, Node node, TensorData bias)
    {
        var parameter = copy.Target.AddParameter(copy.FreeName($"{node.Input(1).Name}.bias"), bias);
        return [copy.Map(node.Input(0)), copy.Map(node.Input(1)), parameter.Value];
    }
}
