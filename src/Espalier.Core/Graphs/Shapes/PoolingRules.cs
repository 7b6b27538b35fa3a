using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Pools over [batch, channels, spatial axes...], and regions of interest.</summary>
internal static class PoolingRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("MaxPool AveragePool LpPool", Pool),
        ("GlobalAveragePool GlobalMaxPool GlobalLpPool", static s => s.Set(s.Shape(0) is { Count: >= 2 } x ? [x[0], x[1], .. Enumerable.Repeat((Dim)1, x.Count - 2)] : null)),
        ("MaxUnpool", Unpool),
        ("MaxRoiPool", RegionPool),
        ("RoiAlign", RegionAlign),
    ];

    public static IEnumerable<(string Operators, ShapeRule Rule)> Microsoft =>
    [
        ("QLinearAveragePool", static s => s.Set(s.Int("channels_last", 0) == 0 ? Sizes(s) : s.Shape(0) is { } x ? NodeShapes.UnknownOf(x.Count) : null)),
    ];

    private static void Pool(NodeShapes s)
    {
        var shape = Sizes(s);
        s.Set(shape);
        s.Set(1, ElementType.I64, shape);
    }

    private static IReadOnlyList<Dim>? Sizes(NodeShapes s)
    {
        if (s.Shape(0) is not { } x) return null;
        var kernel = s.Attributes.Ints("kernel_shape") ?? [];
        if (!s.IsRank(x, kernel.Length + 2, "the input")) return null;
        if (Windows.Read(s, [.. kernel.Select(size => (Dim)size)]) is not { } windows) return NodeShapes.UnknownOf(x.Count);
        var ceiling = s.Int("ceil_mode", 0) != 0;
        return [x[0], x[1], .. x.Skip(2).Select((size, axis) => windows.Positions(s, axis, size, ceiling))];
    }

    private static void Unpool(NodeShapes s)
    {
        if (s.Shape(0) is not { } x) return;
        if (s.Has(2))
        {
            var sizes = s.Contents(2);
            s.Set(sizes is null ? NodeShapes.UnknownOf(x.Count) : sizes.Elements);
            return;
        }
        var kernel = s.Attributes.Ints("kernel_shape") ?? [];
        if (!s.IsRank(x, kernel.Length + 2, "the input") || Windows.Read(s, [.. kernel.Select(size => (Dim)size)]) is not { } windows) return;
        s.Set([x[0], x[1], .. x.Skip(2).Select((size, axis) => windows.Spread(axis, size, 0))]);
    }

    private static void RegionPool(NodeShapes s)
    {
        if (s.Shape(0) is not { Count: 4 } x || s.Attributes.Ints("pooled_shape") is not [var height, var width]) return;
        s.Set([s.Shape(1) is { Count: 2 } regions ? regions[0] : Dim.Unknown, x[1], height, width]);
    }

    private static void RegionAlign(NodeShapes s)
    {
        var count = s.Shape(1) is { Count: 2 } regions ? regions[0] : Dim.Unknown;
        if (s.Shape(2) is { Count: 1 } indices) count = s.Agree(count, indices[0], "regions and their batch indices");
        s.Set([count, s.Shape(0) is { Count: 4 } x ? x[1] : Dim.Unknown, s.Int("output_height", 1), s.Int("output_width", 1)]);
    }
}
