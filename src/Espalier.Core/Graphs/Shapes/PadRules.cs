namespace Espalier.Graphs.Shapes;

/// <summary>Padding and cropping.</summary>
internal static class PadRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Pad", Pad),
        ("CenterCropPad", CenterCropPad),
    ];

    private static void Pad(NodeShapes s)
    {
        if (s.Shape(0) is not { } x)
        {
            s.Set(null);
            return;
        }
        var attribute = s.Attributes.Ints("pads") ?? s.Attributes.Ints("paddings");
        var pads = attribute?.Select(pad => (Dim)pad).ToArray() ?? s.Contents(1)?.Elements;
        var axes = s.Has(3) ? s.Contents(3)?.ToFixed() : [.. Enumerable.Range(0, x.Count).Select(axis => (long)axis)];
        if (pads is null || axes is null || s.Axes(axes, x.Count) is not { } along)
        {
            s.Set(NodeShapes.UnknownOf(x.Count));
            return;
        }
        if (pads.Count != 2 * along.Length)
        {
            s.Conflict($"{pads.Count} pads for {along.Length} axes", pads.Count, along.Length);
            s.Set(NodeShapes.UnknownOf(x.Count));
            return;
        }
        var result = x.ToArray();
        for (var i = 0; i < along.Length; i++) result[along[i]] = x[along[i]] + pads[i] + pads[i + along.Length];
        s.Set(result);
    }

    private static void CenterCropPad(NodeShapes s)
    {
        if (s.Shape(0) is not { } x) return;
        var axes = s.Attributes.Ints("axes") ?? [.. Enumerable.Range(0, x.Count).Select(axis => (long)axis)];
        if (s.Axes(axes, x.Count) is not { } along) return;
        var sizes = s.Contents(1);
        var result = x.ToArray();
        for (var i = 0; i < along.Length; i++) result[along[i]] = i < sizes?.Count ? sizes[i] : Dim.Unknown;
        s.Set(result);
    }
}
