namespace Espalier.Graphs.Shapes;

/// <summary>Operators that pick elements by indices.</summary>
internal static class GatherRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Gather", Gather),
        ("GatherElements", static s => s.Set(s.Shape(1))),
        ("GatherND", GatherND),
    ];

    private static void Gather(NodeShapes s)
    {
        s.RequireInputs(2);
        if (s.Shape(0) is not { } data || s.Shape(1) is not { } indices || s.Axis(s.Int("axis", 0), data.Count) is not { } axis)
        {
            s.Set(null);
            return;
        }
        s.Set([.. data.Take(axis), .. indices, .. data.Skip(axis + 1)]);
        if (data.Count != 1 || indices.Count > 1 || s.Contents(0) is not { } contents || s.Contents(1) is not { } picks) return;
        var result = new Fraction[picks.Count];
        for (var i = 0; i < result.Length; i++)
        {
            if (picks[i].Size is not { } pick) continue;
            if (pick < -contents.Count || pick >= contents.Count)
            {
                s.Conflict($"index {pick} is outside of {contents.Count} elements", pick, contents.Count);
                return;
            }
            result[i] = contents.Fractions[(int)(pick < 0 ? pick + contents.Count : pick)];
        }
        // The index only says which element it is; the element comes from the data.
        s.SetContents(0, new KnownContents(result, indices.Count == 0, contents.Origin));
    }

    private static void GatherND(NodeShapes s)
    {
        var batch = s.Int("batch_dims", 0);
        if (s.Shape(0) is not { } data || s.Shape(1) is not { Count: > 0 } indices || indices[^1].Size is not { } depth || batch < 0)
        {
            s.Set(null);
            return;
        }
        if (depth > data.Count - batch || batch >= indices.Count)
        {
            s.Conflict($"indices of {depth} axes do not fit into {NodeShapes.Text(data)}", [.. data]);
            s.Set(null);
            return;
        }
        s.Set([.. indices.SkipLast(1), .. data.Skip((int)(batch + depth))]);
    }
}
