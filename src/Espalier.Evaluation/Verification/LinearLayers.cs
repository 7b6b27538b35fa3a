using Espalier.Graphs;

namespace Espalier.Evaluation;

/// <summary>Finds the weights of linear layers inside a model's blocks.</summary>
internal static class LinearLayers
{
    /// <summary>Matrices [outputs, inputs] that enter a product by way of a transposition, in the order of the blocks.</summary>
    public static IReadOnlyList<Parameter> Of(Graph graph) =>
        [.. BlockPartition.Of(graph).SelectMany(block => block.Nodes).Where(node => node.OpType == "MatMul").Select(Weight).OfType<Parameter>().Distinct()];

    private static Parameter? Weight(Node product) =>
        product.Input(1).Producer is { OpType: "Transpose" } transpose ? transpose.Input(0).Parameter : null;
}
