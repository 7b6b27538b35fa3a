using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Operators whose outputs are selected by values: the number of results may not be known before they run.</summary>
internal static class SelectionRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("TopK", TopK),
        ("OneHot", OneHot),
        ("NonZero", static s => s.Set(0, ElementType.I64, [s.Shape(0) is { } x ? (Dim)(long)Math.Max(x.Count, 1) : Dim.Unknown, Dim.Unknown])),
        ("NonMaxSuppression", static s => s.Set(0, ElementType.I64, [Dim.Unknown, 3])),
        ("Compress", Compress),
        ("Unique", Unique),
    ];

    private static void TopK(NodeShapes s)
    {
        IReadOnlyList<Dim>? result = null;
        if (s.Shape(0) is { } x && s.Axis(s.Int("axis", -1), x.Count) is { } axis)
        {
            // Before operator set 10 the number was an attribute.
            var count = s.Attributes.Contains("k") ? s.Int("k", 0) : s.Contents(1) is { Count: 1 } contents ? contents[0] : Dim.Unknown;
            if (count.Size > x[axis].Size) s.Conflict($"{count} of {x[axis]} elements cannot be selected", count, x[axis]);
            result = NodeShapes.With(x, axis, count);
        }
        s.Set(result);
        s.Set(1, ElementType.I64, result);
    }

    private static void OneHot(NodeShapes s)
    {
        if (s.Shape(0) is not { } indices || s.Axis(s.Int("axis", -1), indices.Count + 1) is not { } axis)
        {
            s.Set(0, s.Type(2), null);
            return;
        }
        var depth = s.Contents(1) is { Count: 1 } contents ? contents[0] : Dim.Unknown;
        s.Set(0, s.Type(2), [.. indices.Take(axis), depth, .. indices.Skip(axis)]);
    }

    private static void Compress(NodeShapes s)
    {
        if (!s.Attributes.Contains("axis")) s.Set([Dim.Unknown]);
        else s.Set(s.Shape(0) is { } x && s.Axis(s.Int("axis", 0), x.Count) is { } axis ? NodeShapes.With(x, axis, Dim.Unknown) : null);
    }

    private static void Unique(NodeShapes s)
    {
        Compress(s);
        for (var i = 1; i <= 3; i++) s.Set(i, ElementType.I64, [Dim.Unknown]);
    }
}
