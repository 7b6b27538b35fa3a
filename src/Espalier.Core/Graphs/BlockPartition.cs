using System.Globalization;

namespace Espalier.Graphs;

/// <summary>
/// Finds the repeated blocks of a model from the module paths of its nodes: the numbered modules, such as <c>model.layers.0</c> to
/// <c>model.layers.29</c>, that hold the most nodes.
/// </summary>
public static class BlockPartition
{
    /// <summary>The blocks in order.</summary>
    /// <exception cref="EspalierException">The graph has no numbered modules that follow each other.</exception>
    public static IReadOnlyList<GraphBlock> Of(Graph graph)
    {
        var stem = graph.Nodes.Select(node => Split(node.Scope)).Where(split => split is not null).GroupBy(split => split!.Value.Stem)
            .MaxBy(group => group.Count())?.Key
            ?? throw new EspalierException("the graph has no numbered modules such as 'layers.0', so it cannot be worked on block by block", graph.Name);
        var members = graph.Nodes.Where(node => Split(node.Scope)?.Stem == stem).GroupBy(node => Split(node.Scope)!.Value.Index).OrderBy(group => group.Key).ToArray();
        var readers = Readers(graph);
        var blocks = new List<GraphBlock>();
        foreach (var group in members)
        {
            var nodes = group.ToArray();
            var inside = nodes.ToHashSet();
            var liveIn = nodes.SelectMany(node => node.Inputs).OfType<Value>().Where(value => value.Parameter is null && (value.Producer is null || !inside.Contains(value.Producer))).Distinct().ToArray();
            var liveOut = nodes.SelectMany(node => node.Outputs).OfType<Value>().Where(value => graph.Outputs.Contains(value) || readers[value].Any(reader => !inside.Contains(reader))).ToArray();
            var scope = $"{stem}{group.Key}";
            // Values that all blocks share (masks, rotation angles) have readers elsewhere too.
            var stream = liveIn.Where(value => readers[value].All(inside.Contains)).ToArray();
            if (stream.Length != 1)
                throw new EspalierException($"{stream.Length} values enter the block alone, expected one", scope, "The model cannot be worked on block by block");
            blocks.Add(new GraphBlock(blocks.Count, scope, nodes, liveIn, liveOut, stream[0]));
        }
        return blocks;
    }

    /// <summary>Splits <c>model.layers.3.mlp</c> into <c>model.layers.</c> and 3; null without a number.</summary>
    private static (string Stem, int Index)? Split(string scope)
    {
        var start = 0;
        foreach (var part in scope.Split('.'))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return (scope[..start], index);
            start += part.Length + 1;
        }
        return null;
    }

    private static ILookup<Value, Node> Readers(Graph graph) =>
        graph.Nodes.SelectMany(node => node.Inputs.OfType<Value>().Select(value => (value, node))).ToLookup(pair => pair.value, pair => pair.node);
}
