namespace Espalier.Graphs.Shapes;

/// <summary>Attention of operator sets 23 and 24, and rotary embeddings.</summary>
internal static class AttentionRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Attention", Attention),
        ("RotaryEmbedding", static s => s.Set(s.Shape(0))),
    ];

    /// <summary>
    /// Queries [batch, queries, heads * width] or [batch, heads, queries, width], keys and values alike with their own number of heads.
    /// The output follows the queries, with the width of the values; the cache grows by the new keys.
    /// </summary>
    private static void Attention(NodeShapes s)
    {
        if (Heads(s, 0, "q_num_heads") is not { } q || Heads(s, 1, "kv_num_heads") is not { } k || Heads(s, 2, "kv_num_heads") is not { } v)
        {
            for (var i = 0; i < 4; i++) s.Set(i, s.Type(0), null);
            return;
        }
        s.Agree(q[3], k[3], "head widths of queries and keys");
        s.Agree(k[2], v[2], "numbers of keys and of values");
        s.Agree(k[1], v[1], "heads of keys and of values");
        if (k[1].Size is > 0 and var kvHeads && q[1].Size % kvHeads > 0) s.Conflict($"{q[1]} query heads are not divisible among {kvHeads} key heads", q[1], kvHeads);
        var batch = s.Agree(s.Agree(q[0], k[0], "batch of queries and keys"), v[0], "batch of queries and values");
        var past = !s.Has(4) ? 0 : s.Shape(4) is { Count: 4 } cache ? cache[2] : Dim.Unknown;
        var total = k[2] + past;
        s.Set(0, s.Type(0), s.Shape(0)!.Count == 4 ? [batch, q[1], q[2], v[3]] : [batch, q[2], q[1] * v[3]]);
        s.Set(1, s.Type(1), [batch, k[1], total, k[3]]);
        s.Set(2, s.Type(2), [batch, v[1], total, v[3]]);
        s.Set(3, s.Type(0), [batch, q[1], q[2], total]);
    }

    /// <summary>An operand as [batch, heads, length, width].</summary>
    private static Dim[]? Heads(NodeShapes s, int input, string attribute)
    {
        if (s.Shape(input) is not { } shape) return null;
        if (shape.Count == 4) return [.. shape];
        if (!s.IsRank(shape, 3, $"input {input}")) return null;
        var heads = s.Int(attribute, 0);
        if (heads <= 0 || shape[2].Size % Math.Max(heads, 1) > 0)
        {
            s.Conflict($"width {shape[2]} is not divisible into {heads} heads ({attribute})", shape[2], heads);
            return null;
        }
        return [shape[0], heads, shape[1], Dim.FloorDivide(shape[2], heads)];
    }
}
