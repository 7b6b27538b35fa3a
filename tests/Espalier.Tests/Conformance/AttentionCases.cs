using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Attention and rotary positions.</summary>
internal static class AttentionCases
{
    public static IEnumerable<OperatorCase> All() => [.. Attention(), .. Rotary(), .. RootMeanSquare()];

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth()
    {
        yield return Case(new Form { Heads = 2, KvHeads = 2 });
        yield return Case(new Form { Heads = 4, KvHeads = 2, Causal = true, Past = 2 });
        yield return Case(new Form { Heads = 2, KvHeads = 1, Flat = true, Mask = Draw.Floats(3, 5), Softcap = 1.5f });
        yield return new("RotaryEmbedding", 23, Draw.Floats(1, 2, 3, 4), Draw.Between(-1, 1, 1, 3, 2), Draw.Between(-1, 1, 1, 3, 2));
        yield return new("RotaryEmbedding", 23, Draw.Floats(1, 2, 3, 6), Draw.Between(-1, 1, 1, 3, 2), Draw.Between(-1, 1, 1, 3, 2)) { Attributes = { { "interleaved", 1 }, { "rotary_embedding_dim", 4 } } };
        yield return new("RMSNormalization", 23, Draw.Floats(2, 4), Draw.Floats(4));
        yield return new("RMSNormalization", 23, Draw.Floats(2, 3, 2), Draw.Floats(3, 2)) { Attributes = { { "axis", 1 } } };
    }

    private static IEnumerable<OperatorCase> Attention()
    {
        foreach (var flat in new[] { false, true })
        {
            foreach (var (heads, kvHeads) in new[] { (2, 2), (4, 2), (4, 1) })
            {
                foreach (var opset in new[] { 23, 24 })
                {
                    var form = new Form { Opset = opset, Flat = flat, Heads = heads, KvHeads = kvHeads };
                    yield return Case(form);
                    yield return Case(form with { Causal = true });
                    yield return Case(form with { Scale = 0.3f });
                    yield return Case(form with { Softcap = 1.5f });
                    yield return Case(form with { Mask = Draw.Booleans(3, 5) with { Make = _ => FirstVisible([3, 5]) } });
                    yield return Case(form with { Mask = Draw.Floats(3, 5) });
                    yield return Case(form with { Mask = Draw.Floats(2, 1, 3, 5) });
                    yield return Case(form with { Mask = Draw.Floats(1, heads, 3, 5) });
                    yield return Case(form with { Mask = Draw.Floats(2, heads, 3, 5) });
                    yield return Case(form with { Mask = Draw.Floats(2, 1, 3, 5), Causal = true, Softcap = 0.8f });
                    yield return Case(form with { Past = 2 });
                    yield return Case(form with { Past = 2, Causal = true });
                    yield return Case(form with { Past = 2, Mask = Draw.Floats(3, 7) });
                    foreach (var mode in new[] { 0, 1, 2, 3 })
                    {
                        yield return Case(form with { Scores = mode });
                        yield return Case(form with { Scores = mode, Mask = Draw.Floats(3, 5), Softcap = 1.2f });
                        yield return Case(form with { Scores = mode, Causal = true, Past = 2 });
                    }
                }
            }
        }
        yield return Case(new Form { Opset = 24, Heads = 2, KvHeads = 2, Lengths = [5, 3] });
        yield return Case(new Form { Opset = 24, Heads = 4, KvHeads = 2, Lengths = [4, 3], Mask = Draw.Floats(3, 5) });
        yield return Case(new Form { Opset = 24, Heads = 2, KvHeads = 2, Lengths = [5, 3], Causal = true });
        yield return Case(new Form { Opset = 24, Heads = 4, KvHeads = 2, Lengths = [5, 4], Scores = 2, Softcap = 1.1f });
        yield return Case(new Form { Opset = 24, Heads = 4, KvHeads = 2, Flat = true, Lengths = [4, 4], Mask = Draw.Floats(3, 5), Causal = true });
        foreach (var opset in new[] { 23, 24 })
        {
            foreach (var (heads, kvHeads) in new[] { (2, 2), (4, 2) })
            {
                var form = new Form { Opset = opset, Heads = heads, KvHeads = kvHeads };
                foreach (var shape in new long[][] { [2, 1, 3, 5], [1, heads, 3, 5], [2, heads, 3, 5] })
                {
                    var visible = Draw.Booleans(shape) with { Make = _ => FirstVisible(shape) };
                    yield return Case(form with { Mask = visible });
                    yield return Case(form with { Mask = visible, Causal = true, Softcap = 2 });
                    yield return Case(form with { Mask = visible, Scores = 3, Flat = true });
                }
                yield return Case(form with { Mask = Draw.Floats(2, heads, 3, 7), Past = 2, Causal = true, Scale = 0.7f });
            }
        }
    }

    /// <summary>Three queries and five keys in two batch entries; heads of four components, values of three.</summary>
    private static OperatorCase Case(Form form)
    {
        CaseInput Side(long length, int heads, long dim) => form.Flat ? Draw.Floats(2, length, heads * dim) : Draw.Floats(2, heads, length, dim);
        var inputs = new List<CaseInput?> { Side(3, form.Heads, 4), Side(5, form.KvHeads, 4), Side(5, form.KvHeads, 3), form.Mask };
        if (form.Past > 0 || form.Lengths is not null)
        {
            inputs.Add(form.Past > 0 ? Draw.Floats(2, form.KvHeads, form.Past, 4) : null);
            inputs.Add(form.Past > 0 ? Draw.Floats(2, form.KvHeads, form.Past, 3) : null);
        }
        if (form.Lengths is not null) inputs.Add(Draw.Longs(form.Lengths));
        var result = new OperatorCase("Attention", form.Opset, [.. inputs])
        {
            Outputs = form.Scores is not null ? 4 : form.Past > 0 ? 3 : 1,
            OmittedOutputs = form.Scores is not null && form.Past == 0 ? [1, 2] : [],
            Tolerance = ToleranceClass.Composed,
        };
        if (form.Flat)
        {
            result.Attributes.Add("q_num_heads", form.Heads);
            result.Attributes.Add("kv_num_heads", form.KvHeads);
        }
        if (form.Causal) result.Attributes.Add("is_causal", 1);
        if (form.Scale != 0) result.Attributes.Add("scale", form.Scale);
        if (form.Softcap != 0) result.Attributes.Add("softcap", form.Softcap);
        if (form.Scores is { } mode) result.Attributes.Add("qk_matmul_output_mode", mode);
        return result;
    }

    /// <summary>Truth values of which the first of every row is true: a query that sees nothing has no defined result.</summary>
    private static TensorData FirstVisible(long[] shape)
    {
        var random = new Random(5);
        var width = shape[^1];
        return Draw.Encode(ElementType.Bool, shape, [.. Enumerable.Range(0, (int)new TensorShape(shape).ElementCount).Select(i => i % width == 0 ? 1.0 : random.Next(2))]);
    }

    private static IEnumerable<OperatorCase> Rotary()
    {
        foreach (var interleaved in new[] { 0, 1 })
        {
            foreach (var (dim, rotated) in new[] { (4, 0), (6, 4) })
            {
                var half = (rotated == 0 ? dim : rotated) / 2;
                foreach (var positions in new[] { false, true })
                {
                    var tables = positions ? Draw.Between(-1, 1, 9, half) : Draw.Between(-1, 1, 2, 3, half);
                    var ids = positions ? Draw.Of(ElementType.I64, 0, 8, 2, 3) : null;
                    // The seed depends on the place of an input, so the two tables differ.
                    yield return new("RotaryEmbedding", 23, Draw.Floats(2, 2, 3, dim), tables, tables, ids) { Attributes = { { "interleaved", interleaved }, { "rotary_embedding_dim", rotated } } };
                    yield return new("RotaryEmbedding", 23, Draw.Floats(2, 3, 2 * dim), tables, tables, ids) { Attributes = { { "interleaved", interleaved }, { "rotary_embedding_dim", rotated }, { "num_heads", 2 } } };
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> RootMeanSquare()
    {
        foreach (var axis in new[] { -1, 2, 1, 0, -2 })
        {
            var from = axis < 0 ? axis + 3 : axis;
            yield return new("RMSNormalization", 23, Draw.Floats(2, 3, 4), Draw.Floats(new long[] { 2, 3, 4 }[from..]).Stored()) { Attributes = { { "axis", axis } }, Tolerance = ToleranceClass.Sum };
            yield return new("RMSNormalization", 23, Draw.Floats(2, 3, 4), Draw.Floats(new long[] { 2, 3, 4 }[from..])) { Attributes = { { "axis", axis }, { "epsilon", 0.1f } }, Tolerance = ToleranceClass.Sum };
        }
        yield return new("RMSNormalization", 23, Draw.Floats(2, 3, 4), Draw.Floats(1)) { Tolerance = ToleranceClass.Sum, Note = "broadcast scale" };
    }

    private sealed record Form
    {
        public int Opset { get; init; } = 23;

        public bool Flat { get; init; }

        public int Heads { get; init; }

        public int KvHeads { get; init; }

        public bool Causal { get; init; }

        public float Scale { get; init; }

        public float Softcap { get; init; }

        public CaseInput? Mask { get; init; }

        public int Past { get; init; }

        public int? Scores { get; init; }

        public long[]? Lengths { get; init; }
    }
}
