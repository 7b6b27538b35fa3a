using Espalier.Graphs;

namespace Espalier.Tests.Conformance;

/// <summary>Operator sets older than ONNX Runtime runs, against cases of later sets with the same meaning.</summary>
internal static class LegacyCases
{
    private const string TooOld = "no implementation before set 7";

    public static IEnumerable<OperatorCase> All()
    {
        var x = Draw.Floats(2, 3, 4, 5);
        yield return Old(new("PRelu", 6, x, Draw.Floats(3)), new("PRelu", 7, x, Draw.Floats(3, 1, 1)));
        yield return Old(new("PRelu", 1, x, Draw.Floats(1)), new("PRelu", 7, x, Draw.Floats(1)));
        CaseInput[] statistics = [Draw.Floats(3), Draw.Floats(3), Draw.Floats(3), Draw.Between(0.5, 2, 3)];
        yield return Old(new("BatchNormalization", 6, [x, .. statistics]) { Attributes = new NodeAttributes { { "is_test", 1L } } }, new("BatchNormalization", 7, [x, .. statistics]));
        yield return Old(new("Dropout", 6, x) { Attributes = new NodeAttributes { { "is_test", 1L } } }, new("Dropout", 7, x));
        var product = new NodeAttributes { { "broadcast", 1L }, { "alpha", 0.5f }, { "transB", 1L } };
        yield return Old(new("Gemm", 6, Draw.Floats(3, 4), Draw.Floats(5, 4), Draw.Floats(5)) { Attributes = product },
            new("Gemm", 7, Draw.Floats(3, 4), Draw.Floats(5, 4), Draw.Floats(5)) { Attributes = new NodeAttributes { { "alpha", 0.5f }, { "transB", 1L } } });
        long[] amounts = [0, 0, 1, 2, 0, 0, 0, 1];
        yield return Old(new("Pad", 1, x) { Attributes = new NodeAttributes { { "paddings", amounts }, { "mode", "reflect" } } },
            new("Pad", 2, x) { Attributes = new NodeAttributes { { "pads", amounts }, { "mode", "reflect" } } });
        foreach (var mode in new[] { "nearest", "bilinear" })
        {
            yield return Old(new("Upsample", 1, x) { Attributes = new NodeAttributes { { "height_scale", 2f }, { "width_scale", 3f }, { "mode", mode } } },
                new("Upsample", 7, x) { Attributes = new NodeAttributes { { "scales", new[] { 1f, 1, 2, 3 } }, { "mode", mode == "nearest" ? mode : "linear" } } });
        }
        yield return Old(new("LpPool", 1, x) { Attributes = new NodeAttributes { { "kernel_shape", new long[] { 2, 2 } }, { "p", 3f } } },
            new("LpPool", 2, x) { Attributes = new NodeAttributes { { "kernel_shape", new long[] { 2, 2 } }, { "p", 3L } } });
        yield return Old(new("GlobalLpPool", 1, x) { Attributes = new NodeAttributes { { "p", 3f } } }, new("GlobalLpPool", 2, x) { Attributes = new NodeAttributes { { "p", 3L } } });
        yield return Old(new("Selu", 1, x), new("Selu", 6, x) { Attributes = new NodeAttributes { { "alpha", 1.6732f }, { "gamma", 1.0507f } } });
        foreach (var name in new[] { "LeakyRelu", "Elu", "HardSigmoid", "Relu", "Sigmoid", "Tanh" }) yield return Old(new(name, 1, x), new(name, 6, x));
        yield return Old(new("Clip", 1, x) { Attributes = new NodeAttributes { { "min", -1f } } }, new("Clip", 6, x) { Attributes = new NodeAttributes { { "min", -1f } } });
        var instance = new NodeAttributes { { "epsilon", 0.01f } };
        yield return Old(new("InstanceNormalization", 1, x, Draw.Floats(3), Draw.Floats(3)) { Attributes = instance }, new("InstanceNormalization", 6, x, Draw.Floats(3), Draw.Floats(3)) { Attributes = instance });
    }

    private static OperatorCase Old(OperatorCase old, OperatorCase later) => new(old.Operator, old.Opset, [.. old.Inputs])
    {
        Attributes = old.Attributes,
        Tolerance = ToleranceClass.Sum,
        RefusedByRuntime = TooOld,
        Expected = Truth.As(later),
    };
}
