namespace Espalier.Graphs.Shapes;

/// <summary>Operators that repeat elements.</summary>
internal static class ExpandRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Expand", Expand),
        ("Tile", Tile),
    ];

    private static void Expand(NodeShapes s)
    {
        var x = s.Shape(0);
        var target = s.Contents(1)?.Elements ?? (s.Shape(1) is { Count: 1 } list && list[0].Size is { } rank ? NodeShapes.UnknownOf(rank) : null);
        var shape = s.Broadcast(x, target);
        s.Set(shape);
        if (shape is not { Count: <= 1 } || s.Contents(0) is not { } contents) return;
        if (contents.As(shape) is { } same) s.SetContents(0, same);
        else if (contents.Count == 1) Repeat(s, contents, shape[0], 1);
    }

    private static void Tile(NodeShapes s)
    {
        if (s.Shape(0) is not { } x)
        {
            s.Set(null);
            return;
        }
        var repeats = s.Contents(1);
        // Operator set 1 had the number of tiles and the axis as two scalars.
        if (s.Version < 6 && s.Has(2))
        {
            var tiles = repeats is { Count: 1 } ? repeats[0] : Dim.Unknown;
            var tiled = s.Contents(2)?.ToFixed() is [var stated] && s.Axis(stated, x.Count) is { } along ? along : (int?)null;
            s.Set(tiled is { } axis ? NodeShapes.With(x, axis, x[axis] * tiles) : NodeShapes.UnknownOf(x.Count));
            return;
        }
        if (repeats is not null && repeats.Count != x.Count) s.Conflict($"{repeats.Count} repeats for {x.Count} axes", repeats.Count, x.Count);
        s.Set([.. x.Select((size, i) => i < repeats?.Count ? size * repeats[i] : Dim.Unknown)]);
        if (x.Count == 1 && repeats is { Count: 1 } && s.Contents(0) is { } contents) Repeat(s, contents, contents.Count * repeats[0], contents.Count);
    }

    private static void Repeat(NodeShapes s, KnownContents contents, Dim count, int period)
    {
        if (count.Size is not (>= 0 and <= KnownContents.MaximumCount and var length)) return;
        var result = new Fraction[length];
        for (var i = 0; i < length; i++) result[i] = contents.Fractions[i % period];
        s.SetContents(0, new KnownContents(result, isScalar: false, contents.Origin | (s.Contents(1)?.Origin ?? ContentsOrigin.None)));
    }
}
