namespace Espalier.Coupling.Rules;

/// <summary>Attention and rotary embeddings as single operators: heads are groups of query heads for each key head, features are per head.</summary>
internal static class AttentionRules
{
    public static void Register(Dictionary<string, CouplingRule> table)
    {
        table["Attention"] = Attention;
        table["RotaryEmbedding"] = Rotary;
    }

    private static void Attention(CouplingContext c)
    {
        var (q, k, v) = (c.In(0), c.In(1), c.In(2));
        var flat = q.Count == 3;
        var kvHeads = flat ? c.Attributes.Int("kv_num_heads", 0) : k[1].Size.Size ?? 0;
        var heads = flat ? c.Attributes.Int("q_num_heads", 0) : q[1].Size.Size ?? 0;
        if (kvHeads <= 0 || heads <= 0 || heads % kvHeads != 0 || (flat && (k[2].Size.Size is null || v[2].Size.Size is null)))
        {
            for (var i = 0; i < 3; i++) c.FreezeInput(i, "its heads are not known");
            for (var i = 0; i < c.Node.Outputs.Count; i++) c.OutFixed(i, "its heads are not known");
            return;
        }
        var shared = c.Fresh(kvHeads);
        var repeat = c.Fresh(heads / kvHeads);
        var keyFeature = c.Fresh(flat ? k[2].Size.Size!.Value / kvHeads : k[3].Size);
        var valueFeature = c.Fresh(flat ? v[2].Size.Size!.Value / kvHeads : v[3].Size);
        Tie(c, q, [shared, repeat], keyFeature);
        Tie(c, k, [shared], keyFeature);
        Tie(c, v, [shared], valueFeature);
        c.Mark(shared, UnitKind.Head);
        c.Mark(repeat, UnitKind.Head);
        c.Mark(keyFeature, UnitKind.HeadFeature);
        c.Mark(valueFeature, UnitKind.HeadFeature);
        foreach (var term in (DimensionTerm[])[flat ? q[1] : q[2], flat ? k[1] : k[2]]) c.Freeze(term, "positions attend to each other");
        c.Unify(flat ? k[1] : k[2], flat ? v[1] : v[2]);
        Memory(c, 4, [shared], keyFeature);
        Memory(c, 5, [shared], valueFeature);
        if (c.Has(3)) c.Broadcast([q[0], new ProductTerm([shared, repeat]), flat ? q[1] : q[2], c.Fixed(c.In(3)[^1].Size, "positions attend to each other")], c.In(3));
        var queryHeads = new ProductTerm([shared, repeat]);
        c.Out(0, flat ? [q[0], q[1], new ProductTerm([shared, repeat, valueFeature])] : [q[0], queryHeads, q[2], valueFeature]);
        Present(c, 1, shared, keyFeature);
        Present(c, 2, shared, valueFeature);
        if (c.Node.Outputs.Count > 3 && c.Node.Outputs[3] is not null)
            c.Out(3, q[0], queryHeads, flat ? q[1] : q[2], c.Fixed(c.OutShape(3)[3], "positions attend to each other"));
    }

    private static void Tie(CouplingContext c, IReadOnlyList<DimensionTerm> x, DimensionTerm[] heads, DimensionTerm feature)
    {
        if (x.Count == 3)
        {
            c.Unify(x[2], new ProductTerm([.. heads, feature]));
            return;
        }
        c.Unify(x[1], new ProductTerm(heads));
        c.Unify(x[3], feature);
    }

    private static void Memory(CouplingContext c, int input, DimensionTerm[] heads, DimensionTerm feature)
    {
        if (c.Has(input)) Tie(c, c.In(input), heads, feature);
    }

    private static void Present(CouplingContext c, int output, DimensionTerm heads, DimensionTerm feature)
    {
        if (output >= c.Node.Outputs.Count || c.Node.Outputs[output] is null) return;
        var shape = c.OutShape(output);
        c.Out(output, c.In(0)[0], heads, c.Fixed(shape[2], "positions attend to each other"), feature);
    }

    /// <summary>Features turn in pairs: d with d + half, or neighbours where they are interleaved. The tables have one column for each pair.</summary>
    private static void Rotary(CouplingContext c)
    {
        var x = c.In(0);
        var heads = c.Attributes.Int("num_heads", 0);
        var flat = x.Count == 3;
        if (x[^1].Size.Size is not { } width || (flat && (heads <= 0 || width % heads != 0)))
        {
            c.FreezeInput(0, "its heads are not known");
            c.Out(0, x);
            return;
        }
        var size = flat ? width / heads : width;
        var turned = c.Attributes.Int("rotary_embedding_dim", 0) is var part and > 0 ? part : size;
        var pair = c.Fresh(turned / 2);
        DimensionTerm rotated = c.Attributes.Int("interleaved", 0) != 0 ? new ProductTerm([pair, c.Fixed(2, "features turn in pairs")]) : new SumTerm([pair, pair]);
        var feature = turned == size ? rotated : new SumTerm([rotated, c.Fresh(size - turned)]);
        if (flat)
        {
            var head = c.Fresh(heads);
            c.Mark(head, UnitKind.Head);
            c.Unify(x[2], new ProductTerm([head, feature]));
        }
        else
        {
            c.Unify(x[3], feature);
            c.Mark(x[1], UnitKind.Head);
        }
        c.Mark(pair, UnitKind.HeadFeature);
        for (var i = 1; i <= 2; i++)
        {
            var table = c.In(i);
            c.Unify(table[^1], pair);
            foreach (var term in table.SkipLast(1)) c.Freeze(term, "positions");
        }
        c.Out(0, x);
    }
}
