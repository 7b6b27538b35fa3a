namespace Espalier.Graphs;

/// <summary>
/// Which inputs of nodes say what shape the output has, and which constants stand behind them. A cut that changes sizes has to change these
/// constants too, unless they follow from shapes of the graph.
/// </summary>
public static class ShapeOperands
{
    private static readonly Dictionary<string, int[]> Inputs = new(StringComparer.Ordinal)
    {
        ["Reshape"] = [1],
        ["Expand"] = [1],
        ["Tile"] = [1],
        ["Slice"] = [1, 2, 3, 4],
        ["Pad"] = [1, 3],
        ["CenterCropPad"] = [1],
        ["Resize"] = [1, 2, 3],
        ["Upsample"] = [1],
        ["Split"] = [1],
        ["SplitToSequence"] = [1],
        ["Squeeze"] = [1],
        ["Unsqueeze"] = [1],
        ["ConstantOfShape"] = [0],
        ["Range"] = [0, 1, 2],
        ["TopK"] = [1],
        ["OneHot"] = [1],
        ["MaxUnpool"] = [2],
        ["AffineGrid"] = [1],
        ["Col2Im"] = [1, 2],
        ["DFT"] = [1, 2],
        ["STFT"] = [1, 3],
        ["HannWindow"] = [0],
        ["HammingWindow"] = [0],
        ["BlackmanWindow"] = [0],
        ["MelWeightMatrix"] = [0, 1],
        ["Loop"] = [0],
    };

    /// <summary>True if the contents of an input decide the shape of the node's output.</summary>
    public static bool Contains(Node node, int input)
    {
        if (node.Domain is not ("" or "ai.onnx")) return false;
        // The first operator set with scales at the place of the region.
        if (node.OpType == "Resize" && node.OpsetVersion < 11) return input == 1;
        if (Inputs.TryGetValue(node.OpType, out var inputs)) return inputs.Contains(input);
        return input == 1 && node.OpType.StartsWith("Reduce", StringComparison.Ordinal);
    }

    /// <summary>
    /// The constants whose elements went into known contents: parameters and outputs of Constant nodes. Constants before a Shape or Size node
    /// do not count, and neither do those that only say which element of a shape is meant.
    /// </summary>
    /// <param name="value">A value, for example the target of a Reshape.</param>
    public static IReadOnlyCollection<Value> ConstantsOf(Value value)
    {
        var result = new HashSet<Value>();
        var seen = new HashSet<Value>();
        var open = new Stack<Value>([value]);
        while (open.TryPop(out var next))
        {
            if (next.Contents is not { } contents || !contents.Origin.HasFlag(ContentsOrigin.Constants) || !seen.Add(next)) continue;
            if (next.Producer is not { } producer || producer.OpType == "Constant")
            {
                result.Add(next);
                continue;
            }
            // Indices, axes and positions pick elements; they are not elements themselves.
            var picks = producer.OpType is "Gather" or "Slice" or "Split" or "Squeeze" or "Unsqueeze" or "Reshape" or "Transpose"
                || producer.OpType.StartsWith("Reduce", StringComparison.Ordinal);
            foreach (var input in picks ? producer.Inputs.Take(1) : producer.Inputs)
            {
                if (input is not null) open.Push(input);
            }
        }
        return result;
    }
}
