namespace Espalier.Torch.Execution.Operators;

/// <summary>How values between the old positions of an axis are made.</summary>
/// <param name="Nearest">For nearest neighbours: the old position of a coordinate, given whether the axis shrinks; null for interpolation.</param>
/// <param name="Radius">Reach of the interpolation kernel: 1 for linear, 2 for cubic.</param>
/// <param name="Cubic">Coefficient a of the cubic kernel (Keys 1981, eq. 4).</param>
/// <param name="ExcludeOutside">Positions outside the axis get no weight; otherwise they repeat the edge.</param>
/// <param name="Antialias">The kernel is stretched when the axis shrinks.</param>
internal sealed record ResampleMethod(Func<float, bool, long>? Nearest, int Radius, float Cubic, bool ExcludeOutside, bool Antialias)
{
    /// <summary>The method that the attributes of a Resize or Upsample node name.</summary>
    public static ResampleMethod Of(in OperatorCall call)
    {
        var mode = call.Attributes.String("mode", "nearest");
        var antialias = call.Attributes.Int("antialias", 0) != 0;
        var exclude = call.Attributes.Int("exclude_outside", 0) != 0;
        switch (mode)
        {
            case "nearest":
                if (antialias) throw call.Unsupported("antialiased nearest neighbours, which ONNX does not define,");
                // Before operator set 11 nothing is said about rounding; ONNX Runtime rounds up when it shrinks and down otherwise.
                return new(Rounding(call, call.Node.OpsetVersion < 11 ? "legacy" : call.Attributes.String("nearest_mode", "round_prefer_floor")), 0, 0, false, false);
            case "linear" or "bilinear":
                return new(null, 1, 0, exclude, antialias);
            case "cubic":
                return new(null, 2, call.Attributes.Float("cubic_coeff_a", -0.75f), exclude, antialias);
            default:
                throw call.Unsupported($"mode '{mode}'");
        }
    }

    /// <summary>The interpolation kernel at a distance.</summary>
    public float Weight(float distance)
    {
        var d = Math.Abs(distance);
        if (Radius == 1) return Math.Max(0, 1 - d);
        var a = Cubic;
        if (d <= 1) return ((((a + 2) * d) - (a + 3)) * d * d) + 1;
        return d < 2 ? (((((d - 5) * d) + 8) * d) - 4) * a : 0;
    }

    private static Func<float, bool, long> Rounding(in OperatorCall call, string mode) => mode switch
    {
        "round_prefer_floor" => static (x, _) => x - MathF.Floor(x) == 0.5f ? (long)MathF.Floor(x) : (long)MathF.Round(x),
        "round_prefer_ceil" => static (x, _) => (long)MathF.Round(x, MidpointRounding.AwayFromZero),
        "floor" => static (x, _) => (long)MathF.Floor(x),
        "ceil" => static (x, _) => (long)MathF.Ceiling(x),
        "legacy" => static (x, shrinks) => shrinks ? (long)MathF.Ceiling(x) : (long)x,
        _ => throw call.Unsupported($"nearest_mode '{mode}'"),
    };
}
