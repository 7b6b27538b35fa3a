namespace Espalier.Graphs;

/// <summary>
/// Turns <c>SplitToSequence</c> followed by <c>SequenceAt</c> with constant positions, as exporters write <c>chunk</c>, into <c>Split</c>:
/// tensors can be coupled and differentiated, sequences cannot.
/// </summary>
public sealed class SequenceLowering : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph)
    {
        var readers = graph.Nodes.SelectMany(node => node.Inputs.OfType<Value>().Select(value => (value, node))).ToLookup(pair => pair.value, pair => pair.node);
        var splits = graph.Nodes.Where(node => node is { OpType: "SplitToSequence", Domain: "" } && Parts(node) is not null && !graph.Outputs.Contains(node.Output) && readers[node.Output].All(IsPick)).ToHashSet();
        if (splits.Count == 0) return graph;
        var copy = new GraphCopy(graph);
        var parts = new Dictionary<Value, IReadOnlyList<Value?>>();
        foreach (var node in graph.Nodes)
        {
            if (splits.Contains(node)) parts.Add(node.Output, Split(copy, node));
            else if (IsPick(node) && parts.TryGetValue(node.Input(0), out var outputs)) Pick(copy, node, outputs);
            else copy.Add(node);
        }
        copy.Finish();
        return copy.Target;
    }

    private static bool IsPick(Node node) => node.OpType == "SequenceAt" && node.Input(1).Contents?.ToFixed() is [_];

    /// <summary>Sizes of the parts; null if they are not known, or the axis disappears.</summary>
    private static long[]? Parts(Node node)
    {
        if (node.Input(0).Shape is not { } shape || node.Attributes.Int("keepdims", 1) == 0) return null;
        var axis = Axis(node, shape.Count);
        if (shape[axis].Size is not { } size || node.OptionalInput(1)?.Contents is not { } split) return null;
        if (!split.IsScalar) return split.ToFixed();
        return split.ToFixed() is [> 0 and var part] ? [.. Enumerable.Range(0, checked((int)((size + part - 1) / part))).Select(i => Math.Min(part, size - (i * part)))] : null;
    }

    private static IReadOnlyList<Value?> Split(GraphCopy copy, Node node)
    {
        var sizes = Parts(node)!;
        var names = sizes.Select((_, i) => (string?)copy.FreeName($"{node.Output.Name}.{i}")).ToArray();
        var attributes = new NodeAttributes { { "axis", (long)Axis(node, node.Input(0).Shape!.Count) } };
        List<Value?> inputs = [copy.Map(node.Input(0))];
        if (node.OpsetVersion < 13) attributes.Add("split", sizes);
        else inputs.Add(copy.Constant($"{node.Name}.sizes", Tensors.ArrayTensorData.FromInt64(new Tensors.TensorShape(sizes.Length), sizes)));
        return copy.Target.AddNode(node.Name, "Split", node.Scope, inputs, names, attributes).Outputs;
    }

    private static void Pick(GraphCopy copy, Node node, IReadOnlyList<Value?> parts)
    {
        var index = node.Input(1).Contents!.ToFixed()![0];
        var part = parts[(int)(index < 0 ? index + parts.Count : index)]!;
        copy.Set(node.Output, copy.Target.AddNode(node.Name, "Identity", node.Scope, [part], [node.Output.Name], NodeAttributes.None).Output);
    }

    private static int Axis(Node node, int rank)
    {
        var axis = (int)node.Attributes.Int("axis", 0);
        return axis < 0 ? axis + rank : axis;
    }
}
