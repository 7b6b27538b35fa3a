using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Operators of networks on floats of 16 and 64 bits.</summary>
internal static class WidthCases
{
    public static IEnumerable<OperatorCase> All() => [.. Of(ElementType.F16), .. Of(ElementType.F64)];

    private static IEnumerable<OperatorCase> Of(ElementType type)
    {
        var half = type == ElementType.F16;
        CaseInput Floats(params long[] shape) => Draw.Of(type, -2, 2, shape);
        var image = Floats(1, 4, 6, 5);
        var window = new NodeAttributes { { "kernel_shape", new long[] { 3, 2 } }, { "pads", new long[] { 1, 0, 1, 1 } } };
        (string Name, int Opset, NodeAttributes Attributes, CaseInput?[] Inputs)[] both =
        [
            ("Relu", 14, [], [image]), ("Sigmoid", 13, [], [image]), ("Tanh", 13, [], [image]), ("Clip", 13, [], [image, Draw.Scalar(type, -1), Draw.Scalar(type, 1)]),
            ("Softmax", 13, [], [image]), ("LogSoftmax", 13, [], [image]), ("Gemm", 13, [], [Floats(3, 4), Floats(4, 5), Floats(5)]),
            ("LayerNormalization", 17, [], [image, Floats(5), Floats(5)]), ("BatchNormalization", 15, [], [image, Floats(4), Floats(4), Floats(4), Draw.Of(type, 0.5, 2, 4)]),
            ("MaxPool", 12, window, [image]), ("Pad", 13, [], [image, Draw.Longs(0, 0, 1, 2, 0, 0, 0, 1)]), ("DepthToSpace", 13, new NodeAttributes { { "blocksize", 2L } }, [image]),
            ("SpaceToDepth", 13, new NodeAttributes { { "blocksize", 3L } }, [Floats(1, 2, 6, 3)]), ("LeakyRelu", 16, [], [image]), ("Dropout", 13, [], [image]),
        ];
        // ONNX Runtime has these for 32-bit floats only and puts casts around them for 16 bits.
        (string Name, int Opset, NodeAttributes Attributes, CaseInput?[] Inputs)[] narrow =
        [
            ("GlobalAveragePool", 22, [], [image]), ("GlobalMaxPool", 22, [], [image]), ("AveragePool", 11, window, [image]), ("HardSigmoid", 22, [], [image]), ("HardSwish", 14, [], [image]),
            ("Elu", 22, [], [image]), ("Gelu", 20, [], [image]), ("Softplus", 22, [], [image]), ("Erf", 13, [], [image]),
        ];
        foreach (var (name, opset, attributes, inputs) in half ? [.. both, .. narrow] : both) yield return new(name, opset, inputs) { Attributes = attributes, Tolerance = ToleranceClass.Composed };
        if (!half) yield break;
        yield return new("Conv", 11, image, Floats(6, 2, 3, 3), Floats(6)) { Attributes = new NodeAttributes { { "group", 2L } }, Tolerance = ToleranceClass.Composed };
        yield return new("ConvTranspose", 11, image, Floats(4, 3, 3, 3)) { Attributes = new NodeAttributes { { "strides", new long[] { 2, 2 } } }, Tolerance = ToleranceClass.Composed };
        yield return new("InstanceNormalization", 6, image, Floats(4), Floats(4)) { Tolerance = ToleranceClass.Composed };
        yield return new("Resize", 18, image, null, Draw.Singles(1, 1, 2, 1.5)) { Attributes = new NodeAttributes { { "mode", "linear" } }, Tolerance = ToleranceClass.Composed };
        yield return new("QuantizeLinear", 19, image, Draw.Scalar(type, 0.25), Draw.Scalar(ElementType.I8, 3));
        yield return new("DequantizeLinear", 19, Draw.Of(ElementType.I8, -99, 99, 3, 4), Draw.Scalar(type, 0.25), Draw.Scalar(ElementType.I8, 3));
    }
}
