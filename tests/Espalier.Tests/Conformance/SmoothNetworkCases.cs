using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Operators of networks at inputs where they are smooth, for gradients.</summary>
internal static class SmoothNetworkCases
{
    public static IEnumerable<OperatorCase> All() => [.. Convolutions(), .. Pools(), .. Normalisations(), .. Products(), .. Resampling(), .. Placement(), .. Activations()];

    private static IEnumerable<OperatorCase> Convolutions() =>
    [
        new("Conv", 11, Draw.Floats(2, 4, 5), Draw.Floats(6, 2, 3), Draw.Floats(6)) { Attributes = new NodeAttributes { { "group", 2L }, { "pads", new long[] { 2, 0 } }, { "strides", new long[] { 2 } } } },
        new("Conv", 11, Draw.Floats(1, 2, 5, 4), Draw.Floats(3, 2, 3, 2)) { Attributes = new NodeAttributes { { "auto_pad", "SAME_LOWER" }, { "dilations", new long[] { 1, 2 } } } },
        new("Conv", 11, Draw.Floats(1, 1, 3, 4, 3), Draw.Floats(2, 1, 2, 2, 2), Draw.Floats(2)),
        new("ConvTranspose", 11, Draw.Floats(1, 2, 3, 4), Draw.Floats(2, 3, 3, 2), Draw.Floats(3)) { Attributes = new NodeAttributes { { "strides", new long[] { 2, 2 } }, { "output_padding", new long[] { 1, 1 } }, { "pads", new long[] { 1, 0, 0, 1 } } } },
        new("ConvTranspose", 11, Draw.Floats(1, 4, 3), Draw.Floats(4, 2, 3)) { Attributes = new NodeAttributes { { "group", 2L }, { "strides", new long[] { 2 } }, { "output_shape", new long[] { 7 } } } },
    ];

    private static IEnumerable<OperatorCase> Pools() =>
    [
        new("MaxPool", 12, Draw.Permuted(ElementType.F32, 1, 2, 5, 4)) { Attributes = new NodeAttributes { { "kernel_shape", new long[] { 3, 2 } }, { "pads", new long[] { 1, 0, 0, 1 } }, { "strides", new long[] { 2, 2 } }, { "ceil_mode", 1L } } },
        new("MaxPool", 12, Draw.Permuted(ElementType.F32, 1, 2, 6)) { Attributes = new NodeAttributes { { "kernel_shape", new long[] { 2 } }, { "dilations", new long[] { 2 } } }, Outputs = 2 },
        new("AveragePool", 19, Draw.Floats(1, 2, 5, 4)) { Attributes = new NodeAttributes { { "kernel_shape", new long[] { 3, 2 } }, { "pads", new long[] { 1, 0, 0, 1 } }, { "strides", new long[] { 2, 2 } }, { "ceil_mode", 1L } } },
        new("AveragePool", 19, Draw.Floats(1, 2, 6, 5)) { Attributes = new NodeAttributes { { "kernel_shape", new long[] { 3, 2 } }, { "dilations", new long[] { 2, 2 } }, { "count_include_pad", 1L }, { "pads", new long[] { 1, 1, 1, 1 } } } },
        new("LpPool", 18, Draw.Between(0.5, 2, 1, 2, 5)) { Attributes = new NodeAttributes { { "kernel_shape", new long[] { 3 } }, { "p", 3L } } },
        new("GlobalAveragePool", 11, Draw.Floats(2, 2, 3, 3)),
        new("GlobalMaxPool", 11, Draw.Permuted(ElementType.F32, 2, 2, 3, 3)),
        new("GlobalLpPool", 11, Draw.Between(0.5, 2, 2, 2, 3, 3)),
    ];

    private static IEnumerable<OperatorCase> Normalisations() =>
    [
        new("BatchNormalization", 15, Draw.Floats(3, 2, 4), Draw.Floats(2), Draw.Floats(2), Draw.Floats(2), Draw.Between(0.5, 2, 2)) { WithoutGradient = [3, 4] },
        new("BatchNormalization", 15, Draw.Floats(3, 2, 4), Draw.Floats(2), Draw.Floats(2), Draw.Floats(2), Draw.Between(0.5, 2, 2)) { Attributes = new NodeAttributes { { "training_mode", 1L } }, Outputs = 3, WithoutGradient = [3, 4] },
        new("InstanceNormalization", 6, Draw.Floats(2, 2, 5), Draw.Floats(2), Draw.Floats(2)),
        new("LayerNormalization", 17, Draw.Floats(2, 3, 4), Draw.Floats(3, 4), Draw.Floats(3, 4)) { Attributes = new NodeAttributes { { "axis", 1L } } },
        new("LayerNormalization", 17, Draw.Floats(2, 3, 4), Draw.Floats(4), Draw.Floats(4)) { Outputs = 3 },
        new("GroupNormalization", 18, Draw.Floats(2, 4, 3), Draw.Floats(2), Draw.Floats(2)) { Attributes = new NodeAttributes { { "num_groups", 2L } } },
        new("GroupNormalization", 21, Draw.Floats(2, 4, 3), Draw.Floats(4), Draw.Floats(4)) { Attributes = new NodeAttributes { { "num_groups", 2L } } },
        new("LRN", 13, Draw.Floats(1, 5, 2, 2)) { Attributes = new NodeAttributes { { "size", 3L }, { "alpha", 0.5f } } },
        new("MeanVarianceNormalization", 13, Draw.Floats(2, 2, 3, 3)),
        new("LpNormalization", 1, Draw.Between(0.5, 2, 3, 4)),
        new("LpNormalization", 1, Draw.Between(0.5, 2, 3, 4)) { Attributes = new NodeAttributes { { "p", 1L } } },
        new("Softmax", 11, Draw.Floats(2, 3, 2)),
        new("Softmax", 13, Draw.Floats(2, 3, 2)),
        new("LogSoftmax", 13, Draw.Floats(2, 3, 2)) { Attributes = new NodeAttributes { { "axis", 1L } } },
    ];

    private static IEnumerable<OperatorCase> Products() =>
    [
        new("Gemm", 13, Draw.Floats(3, 4), Draw.Floats(5, 4), Draw.Floats(5)) { Attributes = new NodeAttributes { { "transB", 1L }, { "alpha", 0.5f }, { "beta", 2f } } },
        new("Gemm", 13, Draw.Floats(4, 3), Draw.Floats(4, 5)) { Attributes = new NodeAttributes { { "transA", 1L }, { "alpha", 2f } } },
    ];

    private static IEnumerable<OperatorCase> Placement() =>
    [
        new("Pad", 13, Draw.Floats(3, 4), Draw.Longs(1, -1, 0, 2).Stored()) { Attributes = new NodeAttributes { { "mode", "constant" } } },
        new("Pad", 13, Draw.Floats(3, 4), Draw.Longs(1, 0, 2, 3).Stored()) { Attributes = new NodeAttributes { { "mode", "reflect" } } },
        new("DepthToSpace", 13, Draw.Floats(1, 4, 2, 2)) { Attributes = new NodeAttributes { { "blocksize", 2L } } },
        new("SpaceToDepth", 13, Draw.Floats(1, 1, 4, 4)) { Attributes = new NodeAttributes { { "blocksize", 2L } } },
    ];

    private static List<OperatorCase> Resampling()
    {
        var cases = new List<OperatorCase>();
        foreach (var mode in new[] { "nearest", "linear", "cubic" })
        {
            cases.Add(new("Resize", 18, Draw.Floats(1, 1, 3, 4), null, Draw.Singles(1, 1, 2, 1.5).Stored()) { Attributes = new NodeAttributes { { "mode", mode } }, WithoutGradient = [2] });
            if (mode != "nearest")
                cases.Add(new("Resize", 18, Draw.Floats(1, 1, 6, 5), null, null, Draw.Longs(1, 1, 3, 2).Stored()) { Attributes = new NodeAttributes { { "mode", mode }, { "antialias", 1L } } });
        }
        foreach (var mode in new[] { "linear", "cubic" })
            cases.Add(new("GridSample", 20, Draw.Floats(1, 2, 4, 5), Draw.Between(-0.9, 0.9, 1, 2, 3, 2)) { Attributes = new NodeAttributes { { "mode", mode } } });
        return cases;
    }

    private static IEnumerable<OperatorCase> Activations() =>
    [
        .. from name in new[] { "Relu", "Sigmoid", "Tanh", "LeakyRelu", "Elu", "Selu", "Celu", "ThresholdedRelu", "HardSigmoid", "HardSwish", "Softplus", "Softsign", "Mish", "Erf", "Gelu", "Shrink", "Clip" }
           select new OperatorCase(name, 22, Draw.Given(ElementType.F32, [6], -2.3, -1.2, -0.4, 0.3, 1.3, 2.7)),
        new("PRelu", 16, Draw.Given(ElementType.F32, [2, 2], -1, 2, -3, -0.5), Draw.Floats(2)),
        new("DequantizeLinear", 13, Draw.Of(ElementType.I8, -9, 9, 3, 4), Draw.Between(0.1, 1, 4), Draw.Of(ElementType.I8, -2, 2, 4)),
    ];
}
