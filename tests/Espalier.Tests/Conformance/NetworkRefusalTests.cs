using Espalier.Graphs;
using Espalier.Tensors;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Espalier.Tests.Conformance;

/// <summary>What is not computed is refused with a reason, never computed otherwise.</summary>
public sealed class NetworkRefusalTests
{
    public static TheoryData<string> Names() => [.. Cases().Select(pair => pair.Reason)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_case_is_refused(string reason)
    {
        var one = Cases().Single(pair => pair.Reason == reason).Case;
        var graph = one.Build(out var feeds);
        var error = Assert.Throws<EspalierException>(() => ConformanceCheck.Execute(graph, feeds));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_runtime_refuses_too_large_an_output_shape_too()
    {
        var graph = Cases()[0].Case.Build(out var feeds);
        Assert.Throws<OnnxRuntimeException>(() => RuntimeReference.Run(graph, feeds));
    }

    private static (string Reason, OperatorCase Case)[] Cases()
    {
        var image = Draw.Floats(1, 2, 4, 4);
        return
        [
            ("cannot make 11 cells of 4", new("ConvTranspose", 11, image, Draw.Floats(2, 3, 3, 3)) { Attributes = new NodeAttributes { { "strides", new long[] { 2, 2 } }, { "output_shape", new long[] { 11, 9 } } } }),
            ("4 spatial axes", new("Conv", 11, Draw.Floats(1, 1, 2, 2, 2, 2), Draw.Floats(1, 1, 1, 1, 1, 1))),
            ("antialiased nearest", new("Resize", 18, image, null, Draw.Singles(1, 1, 2, 2)) { Attributes = new NodeAttributes { { "antialias", 1L } } }),
            ("mode 'max'", new("RoiAlign", 16, image, Draw.Floats(1, 4), Draw.Longs(0)) { Attributes = new NodeAttributes { { "mode", "max" } } }),
            ("random zeros", new("Dropout", 13, image, Draw.Scalar(ElementType.F32, 0.5), Draw.Scalar(ElementType.Bool, 1))),
            ("saved statistics", new("BatchNormalization", 9, image, Draw.Floats(2), Draw.Floats(2), Draw.Floats(2), Draw.Between(1, 2, 2)) { Outputs = 5 }),
            ("element type 21", new("QuantizeLinear", 21, image, Draw.Scalar(ElementType.F32, 1)) { Attributes = new NodeAttributes { { "output_dtype", 21L } } }),
            ("'cubic' on a tensor of 5 axes", new("GridSample", 20, Draw.Floats(1, 1, 2, 2, 2), Draw.Floats(1, 1, 1, 1, 3)) { Attributes = new NodeAttributes { { "mode", "cubic" } } }),
            ("a window of 9 cells on an axis of 4", new("MaxPool", 12, image) { Attributes = new NodeAttributes { { "kernel_shape", new long[] { 9, 1 } } } }),
        ];
    }
}
