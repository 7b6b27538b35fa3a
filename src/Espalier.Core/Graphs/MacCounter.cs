namespace Espalier.Graphs;

/// <summary>Multiply-accumulates of single nodes. Null means: not known.</summary>
/// <param name="sizes">Sizes of symbols.</param>
/// <param name="changed">Sizes of axes that differ from those of the graph, for a cut that is only planned; null for other axes.</param>
internal sealed class MacCounter(IReadOnlyDictionary<string, long> sizes, Func<Value, int, long?>? changed = null)
{
    /// <summary>Operators that multiply and accumulate but have no rule here.</summary>
    private static readonly HashSet<string> WithoutRule =
        new(StringComparer.Ordinal) { "Einsum", "LSTM", "GRU", "RNN", "DeformConv", "DFT", "STFT", "Det" };

    /// <summary>Counts a node.</summary>
    public long? Count(Node node)
    {
        if (node.Domain is not ("" or "ai.onnx") || node.Attributes.Any(attribute => attribute.Value is Graph)) return null;
        return node.OpType switch
        {
            "MatMul" or "MatMulInteger" or "QLinearMatMul" => Product(node, node.Input(0), -1),
            "Gemm" => Product(node, node.Input(0), node.Attributes.Int("transA", 0) == 0 ? -1 : 0),
            "Conv" or "ConvInteger" => Convolution(node.Output, node.Input(1)),
            "QLinearConv" => Convolution(node.Output, node.Input(3)),
            // Each input element meets each weight of its channel once.
            "ConvTranspose" => Convolution(node.Input(0), node.Input(1)),
            "Attention" => Attention(node),
            _ => WithoutRule.Contains(node.OpType) ? null : 0,
        };
    }

    /// <summary>Every element of the output sums over the axis that disappears.</summary>
    private long? Product(Node node, Value left, int axis)
    {
        if (Shape(node.Output) is not { } output || Shape(left) is not { Length: > 0 } shape) return null;
        return Saturating.Multiply([.. output, axis < 0 ? shape[^1] : shape[axis]]);
    }

    /// <summary>Every element of a feature map meets the weights [channels, channels per group, kernel...] of its channel.</summary>
    private long? Convolution(Value map, Value weight)
    {
        if (Shape(map) is not { } elements || Shape(weight) is not { Length: > 1 } weights) return null;
        return Saturating.Multiply([.. elements, .. weights[1..]]);
    }

    /// <summary>batch x query heads x queries x keys x (head width of keys + head width of values); keys include the past.</summary>
    private long? Attention(Node node)
    {
        if (Shape(node.Input(0)) is not { } q || Shape(node.Input(1)) is not { } k || Shape(node.Input(2)) is not { } v) return null;
        var past = 0L;
        if (node.OptionalInput(4) is { } pastKey)
        {
            if (Shape(pastKey) is not { Length: 4 } pastShape) return null;
            past = pastShape[2];
        }
        if (q.Length == 4 && k.Length == 4 && v.Length == 4)
            return Saturating.Multiply(q[0], q[1], q[2], Saturating.Add(k[2], past), Saturating.Add(q[3], v[3]));
        var heads = node.Attributes.Int("q_num_heads", 0);
        var kvHeads = node.Attributes.Int("kv_num_heads", 0);
        if (q.Length != 3 || k.Length != 3 || v.Length != 3 || heads <= 0 || kvHeads <= 0) return null;
        // Query heads x value width is v x (query heads of each key head) = v q / k: sizes alone, for the numbers of heads are those before a cut.
        return k[2] == 0 ? null : Saturating.Multiply(q[0], q[1], Saturating.Add(k[1], past), Saturating.Add(q[2], Saturating.Multiply(q[2], v[2]) / k[2]));
    }

    private long[]? Shape(Value value)
    {
        if (value.Shape is not { } shape) return null;
        var result = new long[shape.Count];
        for (var i = 0; i < result.Length; i++)
        {
            if (changed?.Invoke(value, i) is { } cut) result[i] = cut;
            else if (shape[i].Size is { } size) result[i] = size;
            else if (shape[i].IsUnknown) return null;
            else if (shape[i].Evaluate(sizes) is { } evaluated) result[i] = evaluated;
            else if (shape[i].Symbols.FirstOrDefault(symbol => !sizes.ContainsKey(symbol)) is { } missing) throw Missing(missing, value);
            else return null;
        }
        return result;
    }

    private UsageException Missing(string symbol, Value value) =>
        new($"value '{value.Name}' has an axis of size '{symbol}', for which no size is given",
            nameof(sizes), $"Give a size for '{symbol}'");
}
