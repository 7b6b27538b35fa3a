namespace Espalier.Graphs.Shapes;

/// <summary>Signal processing: transforms and windows.</summary>
internal static class SignalRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("DFT", Transform),
        ("STFT", ShortTime),
        ("BlackmanWindow HammingWindow HannWindow", static s => s.Set(0, ElementwiseRules.Type(s.Int("output_datatype", 1)), [Scalar(s, 0)])),
        ("MelWeightMatrix", static s => s.Set(0, ElementwiseRules.Type(s.Int("output_datatype", 1)), [Dim.FloorDivide(Scalar(s, 1), 2) + 1, Scalar(s, 0)])),
    ];

    private static Dim Scalar(NodeShapes s, int input) => s.Contents(input) is { Count: 1 } contents ? contents[0] : Dim.Unknown;

    /// <summary>Input [batch, axes..., 1 or 2].</summary>
    private static void Transform(NodeShapes s)
    {
        if (s.Shape(0) is not { } x)
        {
            s.Set(null);
            return;
        }
        // From operator set 20 on the axis is an input.
        var stated = s.Has(2) ? Scalar(s, 2).Size : s.Int("axis", s.Version < 20 ? 1 : -2);
        if (stated is null || s.Axis(stated.Value, x.Count) is not { } axis)
        {
            s.Set(NodeShapes.UnknownOf(x.Count));
            return;
        }
        var length = s.Has(1) ? Scalar(s, 1) : x[axis];
        var oneSided = s.Int("onesided", 0) != 0;
        var inverse = s.Int("inverse", 0) != 0;
        var result = x.ToArray();
        result[axis] = oneSided && !inverse ? Dim.FloorDivide(length, 2) + 1 : length;
        result[^1] = oneSided && inverse ? 1 : 2;
        s.Set(result);
    }

    /// <summary>Signal [batch, length, ...] to [batch, frames, frequencies, 2].</summary>
    private static void ShortTime(NodeShapes s)
    {
        if (s.Shape(0) is not { Count: >= 2 } x)
        {
            s.Set(null);
            return;
        }
        var window = s.Has(3) ? Scalar(s, 3) : s.Shape(2) is { Count: 1 } weights ? weights[0] : Dim.Unknown;
        var step = Scalar(s, 1);
        var frames = Dim.FloorDivide(x[1] - window, step) + 1;
        s.Set([x[0], frames, s.Int("onesided", 1) != 0 ? Dim.FloorDivide(window, 2) + 1 : window, 2]);
    }
}
