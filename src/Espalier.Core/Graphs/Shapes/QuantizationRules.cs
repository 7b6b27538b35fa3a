using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Quantization, and elementwise operators on quantized tensors.</summary>
internal static class QuantizationRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("QuantizeLinear", static s => s.Set(0, Stated(s, "output_dtype") ?? s.Type(2) ?? ElementType.U8, Checked(s))),
        ("DequantizeLinear", static s => s.Set(0, Stated(s, "output_dtype") ?? s.Type(1), Checked(s))),
        ("DynamicQuantizeLinear", Dynamic),
    ];

    public static IEnumerable<(string Operators, ShapeRule Rule)> Microsoft =>
    [
        ("QuantizeLinear", static s => s.Set(0, s.Type(2) ?? ElementType.U8, s.Shape(0))),
        ("DequantizeLinear", static s => s.Set(0, s.Type(1), s.Shape(0))),
        ("QLinearAdd QLinearMul", static s => s.Set(s.Broadcast(s.Shape(0), s.Shape(3)))),
        ("QLinearConcat", Concat),
        ("QLinearGlobalAveragePool", GlobalPool),
    ];

    private static ElementType? Stated(NodeShapes s, string attribute) => s.Int(attribute, 0) is not 0 and var number ? ElementwiseRules.Type(number) : null;

    /// <summary>Scales per channel have the size of their axis.</summary>
    private static IReadOnlyList<Dim>? Checked(NodeShapes s)
    {
        if (s.Shape(0) is not { } x || s.Shape(1) is not { Count: 1 } scale || scale[0].Size == 1 || s.Int("block_size", 0) != 0) return s.Shape(0);
        if (s.Axis(s.Int("axis", 1), x.Count) is { } axis) s.Agree(x[axis], scale[0], "the quantized axis and its scales");
        return x;
    }

    private static void Dynamic(NodeShapes s)
    {
        s.Set(0, ElementType.U8, s.Shape(0));
        s.Set(1, ElementType.F32, []);
        s.Set(2, ElementType.U8, []);
    }

    /// <summary>Scale and zero point of the output, then three inputs for each operand.</summary>
    private static void Concat(NodeShapes s)
    {
        var operands = Enumerable.Range(0, Math.Max(s.InputCount - 2, 0) / 3).Select(i => s.Shape(2 + (3 * i))).ToArray();
        s.Set(0, s.Type(1), ConcatRules.Join(s, operands, s.Int("axis", 0)));
    }

    private static void GlobalPool(NodeShapes s)
    {
        var lastIsChannel = s.Int("channels_last", 0) != 0;
        s.Set(s.Shape(0) is { Count: >= 2 } x ? [.. x.Select((size, i) => i == 0 || i == (lastIsChannel ? x.Count - 1 : 1) ? size : 1)] : null);
    }
}
