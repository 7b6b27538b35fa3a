namespace Espalier.Graphs.Shapes;

/// <summary>Concatenation, also that of a sequence.</summary>
internal static class ConcatRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Concat", Concat),
        ("ConcatFromSequence", FromSequence),
    ];

    /// <summary>Joins shapes along an axis.</summary>
    public static IReadOnlyList<Dim>? Join(NodeShapes s, IReadOnlyList<IReadOnlyList<Dim>?> shapes, long axis)
    {
        // Lists and images have a rank even where one operand's is unknown, but the sizes are then anybody's guess along the axis.
        if (shapes.FirstOrDefault(shape => shape is not null) is not { } first || s.Axis(axis, first.Count) is not { } along) return null;
        var result = first.ToArray();
        result[along] = 0;
        foreach (var shape in shapes)
        {
            if (shape is null)
            {
                result[along] = Dim.Unknown;
                continue;
            }
            if (!s.IsRank(shape, result.Length, "an operand")) return null;
            for (var i = 0; i < result.Length; i++) result[i] = i == along ? result[i] + shape[i] : s.Agree(result[i], shape[i], $"sizes along axis {i}");
        }
        return result;
    }

    private static void Concat(NodeShapes s)
    {
        // Before operator set 4 the axis could be left out.
        if (s.Version >= 4 && !s.Attributes.Contains("axis")) s.Conflict("attribute 'axis' is missing");
        s.Set(Join(s, [.. Enumerable.Range(0, s.InputCount).Select(s.Shape)], s.Int("axis", 1)));
        if (!s.Node.Inputs.All(input => input?.Shape is { Count: 1 })) return;
        var elements = new List<Fraction>();
        var origin = ContentsOrigin.None;
        foreach (var input in s.Node.Inputs)
        {
            if (input!.Contents is { } contents)
            {
                elements.AddRange(contents.Fractions);
                origin |= contents.Origin;
            }
            else if (input.Shape![0].Size is { } length and <= KnownContents.MaximumCount)
            {
                elements.AddRange(Enumerable.Repeat(Fraction.Unknown, (int)length));
            }
            else
            {
                return;
            }
            if (elements.Count > KnownContents.MaximumCount) return;
        }
        if (origin != ContentsOrigin.None) s.SetContents(0, new KnownContents([.. elements], isScalar: false, origin));
    }

    private static void FromSequence(NodeShapes s)
    {
        if (s.Node.OptionalInput(0)?.Producer is not { OpType: "SequenceConstruct" } sequence) return;
        var shapes = sequence.Inputs.Select(input => input?.Shape).ToArray();
        var type = sequence.OptionalInput(0)?.ElementType;
        if (s.Int("new_axis", 0) == 0)
        {
            s.Set(0, type, Join(s, shapes, s.Int("axis", 0)));
            return;
        }
        if (shapes.Length == 0 || shapes[0] is not { } first || s.Axis(s.Int("axis", 0), first.Count + 1) is not { } axis) return;
        s.Set(0, type, Join(s, [.. shapes.Select(shape => shape is null ? null : (IReadOnlyList<Dim>)[.. shape.Take(axis), 1, .. shape.Skip(axis)])], axis));
    }
}
