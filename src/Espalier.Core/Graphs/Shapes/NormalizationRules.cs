using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Normalizations: the output has the shape of the input, statistics that of the axes left.</summary>
internal static class NormalizationRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("GroupNormalization LpNormalization LRN MeanVarianceNormalization", static s => s.Set(s.Shape(0))),
        ("InstanceNormalization", static s => PerChannel(s, 2)),
        ("BatchNormalization", Batch),
        ("LayerNormalization RMSNormalization", Layer),
        ("SimplifiedLayerNormalization", Layer), // of ONNX Runtime, which puts it into this domain
    ];

    public static IEnumerable<(string Operators, ShapeRule Rule)> Microsoft =>
    [
        ("LayerNormalization SimplifiedLayerNormalization", Layer),
        ("GroupNorm", static s => s.Set(s.Shape(0))),
        ("SkipLayerNormalization SkipSimplifiedLayerNormalization", Skip),
        ("EmbedLayerNormalization", Embed),
    ];

    private static void PerChannel(NodeShapes s, int parameters)
    {
        s.Set(s.Shape(0));
        if (s.Shape(0) is not { Count: >= 2 } x) return;
        for (var i = 1; i <= parameters; i++)
        {
            if (s.Shape(i) is { Count: 1 } parameter) s.Agree(parameter[0], x[1], "channels of the input and of a parameter");
        }
    }

    private static void Batch(NodeShapes s)
    {
        PerChannel(s, 4);
        // Running, and in old versions saved, mean and variance.
        for (var i = 1; i < s.OutputCount; i++) s.Set(i, s.Type(3) ?? s.Type(0), s.Shape(3));
    }

    private static void Layer(NodeShapes s)
    {
        var x = s.Shape(0);
        s.Set(x);
        if (x is null || s.Axis(s.Int("axis", -1), x.Count) is not { } axis) return;
        if (s.Shape(1) is { } scale)
        {
            // The scale stretches to the normalized axes, never the other way.
            for (var i = 1; i <= Math.Min(scale.Count, x.Count); i++)
            {
                if (scale[^i].Size != 1) s.Agree(x[^i], scale[^i], "the input and the scale");
            }
        }
        IReadOnlyList<Dim> statistics = [.. x.Select((size, i) => i < axis ? size : 1)];
        var type = s.Type(0) == ElementType.F64 ? ElementType.F64 : ElementType.F32;
        s.Set(1, type, statistics);
        s.Set(2, type, statistics);
    }

    private static void Skip(NodeShapes s)
    {
        s.Set(s.Shape(0));
        if (s.Shape(0) is not { Count: > 0 } x) return;
        IReadOnlyList<Dim> statistics = [.. x.SkipLast(1), 1];
        s.Set(1, ElementType.F32, statistics);
        s.Set(2, ElementType.F32, statistics);
        s.Set(3, s.Type(0), x);
    }

    private static void Embed(NodeShapes s)
    {
        if (s.Shape(0) is not { Count: 2 } ids || s.Shape(2) is not { Count: 2 } words) return;
        s.Set(0, s.Type(2), [.. ids, words[1]]);
        s.Set(1, ElementType.I32, [ids[0]]);
        s.Set(2, s.Type(2), [.. ids, words[1]]);
    }
}
