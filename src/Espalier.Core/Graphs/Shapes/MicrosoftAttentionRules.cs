namespace Espalier.Graphs.Shapes;

/// <summary>The attention operators of ONNX Runtime's own domain.</summary>
internal static class MicrosoftAttentionRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Microsoft =>
    [
        ("Attention", Fused),
        ("MultiHeadAttention", MultiHead),
        ("GroupQueryAttention", Grouped),
        ("RotaryEmbedding", static s => s.Set(s.Shape(0))),
    ];

    /// <summary>Input [batch, sequence, width], weights [width, queries + keys + values].</summary>
    private static void Fused(NodeShapes s)
    {
        if (s.Shape(0) is not { Count: 3 } x)
        {
            s.Set(null);
            return;
        }
        var widths = s.Attributes.Ints("qkv_hidden_sizes");
        var all = s.Shape(1) is { Count: 2 } weights ? weights[1] : s.Shape(2) is { Count: 1 } bias ? bias[0] : Dim.Unknown;
        var width = widths is [_, _, var values] ? values : Dim.FloorDivide(all, 3);
        if (s.Shape(1) is { Count: 2 } projection) s.Agree(x[2], projection[0], "the input and the weights");
        s.Set([x[0], x[1], width]);
        var heads = s.Int("num_heads", 0);
        var past = !s.Has(4) ? 0 : s.Shape(4) is { Count: 5 } cache ? cache[3] : Dim.Unknown;
        s.Set(1, s.Type(0), [2, x[0], heads, x[1] + past, Dim.FloorDivide(width, heads)]);
    }

    private static void MultiHead(NodeShapes s)
    {
        if (s.Shape(0) is not { } q || q.Count is not (3 or 5))
        {
            s.Set(null);
            return;
        }
        var heads = s.Int("num_heads", 0);
        // Packed queries, keys and values: [batch, sequence, heads, 3, width].
        var (keyLength, keyWidth, valueWidth) = q.Count == 5 ? (q[1], q[4], q[4]) : (Dim.Unknown, Dim.FloorDivide(q[2], heads), Dim.Unknown);
        if (s.Shape(1) is { } k) keyLength = k.Count == 4 ? k[2] : k.Count >= 3 ? k[1] : Dim.Unknown;
        if (s.Shape(2) is { } v) valueWidth = v.Count == 4 ? v[3] : v.Count == 3 ? Dim.FloorDivide(v[2], heads) : Dim.Unknown;
        else if (s.Shape(1) is { Count: 5 } packed) valueWidth = packed[4];
        s.Set([q[0], q[1], valueWidth * heads]);
        var total = keyLength + (!s.Has(6) ? 0 : s.Shape(6) is { Count: 4 } cache ? cache[2] : Dim.Unknown);
        s.Set(1, s.Type(0), [q[0], heads, total, keyWidth]);
        s.Set(2, s.Type(0), [q[0], heads, total, valueWidth]);
    }

    private static void Grouped(NodeShapes s)
    {
        if (s.Shape(0) is not { Count: 3 } q)
        {
            s.Set(null);
            return;
        }
        var heads = s.Int("num_heads", 0);
        var kvHeads = s.Int("kv_num_heads", 0);
        var width = Dim.FloorDivide(q[2], s.Has(1) ? heads : heads + (2 * kvHeads));
        s.Set([q[0], q[1], width * heads]);
        // How much of the cache is in use is a run-time value; its buffer may be longer than that.
        for (var i = 1; i <= 2; i++) s.Set(i, s.Type(i + 2) ?? s.Type(0), [q[0], kvHeads, Dim.Unknown, width]);
    }
}
