namespace Espalier.Graphs.Shapes;

/// <summary>Interpolation to other sizes, by factors or to stated sizes.</summary>
internal static class ResizeRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Resize", Resize),
        ("Upsample", Upsample),
    ];

    private static void Resize(NodeShapes s)
    {
        if (s.Shape(0) is not { } x)
        {
            s.Set(null);
            return;
        }
        var (scales, sizes) = s.Version < 11 ? (1, -1) : (2, 3);
        var axes = s.Attributes.Ints("axes") ?? [.. Enumerable.Range(0, x.Count).Select(axis => (long)axis)];
        if (s.Axes(axes, x.Count) is not { } along)
        {
            s.Set(NodeShapes.UnknownOf(x.Count));
            return;
        }
        var result = x.ToArray();
        var bySizes = sizes > 0 && s.Has(sizes);
        var operand = s.Contents(bySizes ? sizes : scales);
        if (operand?.Count > 0 && operand.Count != along.Length)
            s.Conflict($"{operand.Count} sizes or factors for {along.Length} axes", operand.Count, along.Length);
        for (var i = 0; i < along.Length; i++)
        {
            var axis = along[i];
            if (operand is null || i >= operand.Count) result[axis] = Dim.Unknown;
            else result[axis] = bySizes ? operand[i] : Scaled(s, x[axis], operand.Fractions[i]);
        }
        if (bySizes && s.Attributes.String("keep_aspect_ratio_policy", "stretch") is var policy and not "stretch") KeepRatio(x, result, along, policy);
        s.Set(result);
    }

    private static void Upsample(NodeShapes s)
    {
        if (s.Shape(0) is not { } x)
        {
            s.Set(null);
            return;
        }
        var factors = s.Attributes.Floats("scales") is { } stated ? [.. stated.Select(Fraction.Of)] : s.Contents(1)?.Fractions.ToArray();
        if (factors is not null && factors.Length != x.Count) s.Conflict($"{factors.Length} factors for {x.Count} axes", factors.Length, x.Count);
        s.Set([.. x.Select((size, i) => i < factors?.Length ? Scaled(s, size, factors[i]) : Dim.Unknown)]);
    }

    /// <summary>Size times factor, rounded down. Fixed sizes are multiplied in 32-bit floats, as runtimes do.</summary>
    private static Dim Scaled(NodeShapes s, Dim size, Fraction factor)
    {
        if (s.Attributes.String("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize") return Dim.Unknown;
        if (size.Size is not { } known || factor.ToDouble() is not { } number) return Fraction.Multiply(new Fraction(size), factor).Floor().ToDim();
        var product = (float)known * (float)number;
        return product >= 0 && product < 1L << 62 ? (long)product : Dim.Unknown;
    }

    /// <summary>All axes take the smallest or the largest of the factors that the sizes ask for.</summary>
    private static void KeepRatio(IReadOnlyList<Dim> x, Dim[] result, int[] along, string policy)
    {
        var factors = along.Select(axis => x[axis].Size is > 0 and var from && result[axis].Size is { } to ? (float)to / from : float.NaN).ToArray();
        var factor = policy == "not_larger" ? factors.Min() : factors.Max();
        foreach (var axis in along) result[axis] = factors.Any(float.IsNaN) ? Dim.Unknown : (long)MathF.Round(factor * x[axis].Size!.Value, MidpointRounding.AwayFromZero);
    }
}
