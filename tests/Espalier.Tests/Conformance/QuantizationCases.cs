using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Quantisation, and operators on quantised values.</summary>
internal static class QuantizationCases
{
    private static readonly ElementType[] Bytes = [ElementType.U8, ElementType.I8];

    public static IEnumerable<OperatorCase> All() => [.. Quantize(), .. Dequantize(), .. Dynamic(), .. IntegerProducts(), .. QuantizedProducts(), .. MicrosoftProducts(), .. MicrosoftElementwise(), .. MicrosoftPools()];

    private static IEnumerable<OperatorCase> Quantize()
    {
        var x = Draw.Between(-30, 30, 3, 4, 6);
        foreach (var type in new[] { ElementType.U8, ElementType.I8, ElementType.U16, ElementType.I16 })
        {
            var wide = type is ElementType.U16 or ElementType.I16;
            foreach (var opset in wide ? new[] { 21, 23 } : [10, 13, 19, 21, 23])
            {
                yield return new("QuantizeLinear", opset, x, Draw.Scalar(ElementType.F32, 0.2), Zero(type));
                yield return new("QuantizeLinear", opset, Draw.Singles(1e9, -1e9, 0.5, 1.5, 2.5, -0.5, -1.5), Draw.Scalar(ElementType.F32, 1), Zero(type)) { Note = "saturation and ties" };
                if (opset < 13) continue;
                foreach (var axis in new long?[] { null, 0, 1, 2, -1 })
                {
                    var channels = new long[] { 3, 4, 6 }[(int)(((axis ?? 1) + 3) % 3)];
                    yield return new("QuantizeLinear", opset, x, Draw.Between(0.1, 0.5, channels), Draw.Of(type, 0, 9, channels)) { Attributes = Axis(axis) };
                }
                if (opset < 21) continue;
                foreach (var (axis, block, shape) in new (long, long, long[])[] { (2, 3, [3, 4, 2]), (2, 4, [3, 4, 2]), (1, 2, [3, 2, 6]), (0, 3, [1, 4, 6]), (-1, 2, [3, 4, 3]) })
                {
                    var attributes = new NodeAttributes { { "axis", axis }, { "block_size", block } };
                    yield return new("QuantizeLinear", opset, x, Draw.Between(0.1, 0.5, shape), Draw.Of(type, 0, 9, shape)) { Attributes = attributes };
                }
                yield return new("QuantizeLinear", opset, x, Draw.Scalar(ElementType.F32, 0.2)) { Attributes = new NodeAttributes { { "output_dtype", Number(type) } } };
            }
            if (!wide) continue;
            yield return new("QuantizeLinear", 13, x, Draw.Scalar(ElementType.F32, 0.2), Zero(type)) { Domain = "com.microsoft" };
        }
        yield return new("QuantizeLinear", 13, x, Draw.Scalar(ElementType.F32, 0.2)) { Note = "no zero point" };
    }

    private static IEnumerable<OperatorCase> Dequantize()
    {
        foreach (var type in new[] { ElementType.U8, ElementType.I8, ElementType.U16, ElementType.I16, ElementType.I32 })
        {
            var wide = type is ElementType.U16 or ElementType.I16;
            var low = type is ElementType.U8 or ElementType.U16 ? 0 : -100;
            var x = Draw.Of(type, low, 120, 3, 4, 6);
            foreach (var opset in wide ? new[] { 21, 23 } : [10, 13, 19, 21, 23])
            {
                yield return new("DequantizeLinear", opset, x, Draw.Scalar(ElementType.F32, 0.2), type == ElementType.I32 ? null : Zero(type));
                if (opset < 13) continue;
                foreach (var axis in new long?[] { null, 0, 1, 2, -1 })
                {
                    var channels = new long[] { 3, 4, 6 }[(int)(((axis ?? 1) + 3) % 3)];
                    yield return new("DequantizeLinear", opset, x, Draw.Between(0.1, 0.5, channels), type == ElementType.I32 ? null : Draw.Of(type, 0, 9, channels)) { Attributes = Axis(axis) };
                }
                if (opset < 21) continue;
                foreach (var (axis, block, shape) in new (long, long, long[])[] { (2, 3, [3, 4, 2]), (2, 4, [3, 4, 2]), (1, 2, [3, 2, 6]), (0, 3, [1, 4, 6]), (-1, 2, [3, 4, 3]) })
                {
                    var attributes = new NodeAttributes { { "axis", axis }, { "block_size", block } };
                    yield return new("DequantizeLinear", opset, x, Draw.Between(0.1, 0.5, shape), type == ElementType.I32 ? null : Draw.Of(type, 0, 9, shape)) { Attributes = attributes };
                }
            }
            if (!wide) continue;
            yield return new("DequantizeLinear", 13, x, Draw.Scalar(ElementType.F32, 0.2), Zero(type)) { Domain = "com.microsoft" };
        }
    }

    private static IEnumerable<OperatorCase> Dynamic()
    {
        foreach (var (low, high) in new[] { (-3.0, 5.0), (1, 4), (-7, -2) })
            yield return new("DynamicQuantizeLinear", 11, Draw.Between(low, high, 4, 5)) { Outputs = 3 };
    }

    private static IEnumerable<OperatorCase> IntegerProducts()
    {
        foreach (var left in Bytes)
        {
            foreach (var right in Bytes)
            {
                yield return new("MatMulInteger", 10, Any(left, 3, 4), Any(right, 4, 5));
                yield return new("MatMulInteger", 10, Any(left, 3, 4), Any(right, 4, 5), Zero(left), Zero(right));
                yield return new("MatMulInteger", 10, Any(left, 2, 3, 4), Any(right, 4, 5), Zero(left), Any(right, 5));
                yield return new("ConvInteger", 10, Any(left, 2, 4, 6, 5), Any(right, 6, 2, 3, 3), Zero(left), Zero(right)) { Attributes = new NodeAttributes { { "group", 2L }, { "pads", new long[] { 1, 0, 1, 2 } }, { "strides", new long[] { 2, 1 } } } };
                yield return new("ConvInteger", 10, Any(left, 2, 4, 6), Any(right, 6, 4, 3), Zero(left));
                var same = new NodeAttributes { { "auto_pad", "SAME_UPPER" } };
                yield return new("ConvInteger", 10, Any(left, 1, 2, 6, 5), Any(right, 6, 2, 3, 3), Zero(left), Any(right, 6))
                {
                    Attributes = same,
                    RefusedByRuntime = "one zero point for all weights only",
                    Expected = Truth.ConvInteger(same),
                };
            }
        }
    }

    private static IEnumerable<OperatorCase> QuantizedProducts()
    {
        foreach (var left in Bytes)
        {
            foreach (var right in Bytes)
            {
                foreach (var channels in new[] { false, true })
                {
                    var scale = channels ? Draw.Between(0.01, 0.05, 6) : Draw.Scalar(ElementType.F32, 0.02);
                    var zero = channels ? Draw.Of(right, 0, 0, 6) : Draw.Scalar(right, 0);
                    foreach (var bias in new[] { false, true })
                    {
                        var attributes = new NodeAttributes { { "group", 2L }, { "pads", new long[] { 1, 0, 1, 2 } }, { "strides", new long[] { 2, 1 } } };
                        yield return new("QLinearConv", 10, Any(left, 2, 4, 6, 5), Scale(0.05), Zero(left).Stored(), Any(right, 6, 2, 3, 3).Stored(), scale.Stored(), zero.Stored(), Scale(0.3), Zero(left).Stored(),
                            bias ? Draw.Of(ElementType.I32, -500, 500, 6) : null)
                        {
                            Attributes = attributes,
                            RefusedByRuntime = Mixed(left, right),
                            Expected = Truth.QLinearConv(attributes),
                        };
                    }
                    yield return new("QLinearMatMul", 10, Any(left, 3, 4), Scale(0.05), Zero(left), Any(right, 4, 6).Stored(), scale.Stored(), (channels ? Any(right, 6) : Zero(right)).Stored(), Scale(0.3), Zero(left))
                    {
                        RefusedByRuntime = Mixed(left, right),
                        Expected = Truth.QLinearMatMul,
                    };
                    yield return new("QLinearMatMul", 21, Any(left, 2, 3, 4), Scale(0.05), Zero(left), Any(right, 4, 6), scale, channels ? Any(right, 6) : Zero(right), Scale(0.3), Zero(left))
                    {
                        RefusedByRuntime = Mixed(left, right),
                        Expected = Truth.QLinearMatMul,
                    };
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> MicrosoftProducts()
    {
        foreach (var left in Bytes)
        {
            foreach (var right in Bytes)
            {
                if (left == ElementType.I8 && right == ElementType.U8) continue;
                foreach (var (first, second) in new[] { (0L, 0L), (0L, 1L), (1L, 1L), (1L, 0L) })
                {
                    var a = Any(left, first == 0 ? [3, 4] : [4, 3]);
                    var b = Any(right, second == 0 ? [4, 6] : [6, 4]);
                    var attributes = new NodeAttributes { { "transA", first }, { "transB", second }, { "alpha", first == 0 ? 1f : 0.5f } };
                    yield return Microsoft("QGemm", attributes, a, Scale(0.05), Zero(left), b, Scale(0.02), Zero(right), Draw.Of(ElementType.I32, -90, 90, 6), Scale(0.3), Zero(left));
                    yield return Microsoft("QGemm", attributes, a, Scale(0.05), Zero(left), b, Scale(0.02), Zero(right), null, Scale(0.3), Zero(left));
                    yield return Microsoft("QGemm", attributes, a, Scale(0.05), Zero(left), b, Scale(0.02), Zero(right));
                    if (second == 1)
                        yield return Microsoft("QGemm", attributes, a, Scale(0.05), Zero(left), b.Stored(), Draw.Between(0.01, 0.05, 6).Stored(), Draw.Of(right, 0, 0, 6).Stored(), null, Scale(0.3), Zero(left));
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> MicrosoftElementwise()
    {
        foreach (var type in Bytes)
        {
            foreach (var name in new[] { "QLinearAdd", "QLinearMul" })
            {
                foreach (var shape in new long[][] { [2, 3, 8], [8], [1], [3, 1] })
                    yield return Microsoft(name, [], Any(type, 2, 3, 8), Scale(0.05), Zero(type), Any(type, shape), Scale(0.031), Zero(type), Scale(name == "QLinearAdd" ? 0.113 : 0.037), Zero(type));
            }
            yield return Microsoft("QLinearSigmoid", [], Any(type, 4, 5), Scale(0.05), Zero(type), Scale(0.0041), Zero(type));
            yield return Microsoft("QLinearLeakyRelu", new NodeAttributes { { "alpha", 0.13f } }, Any(type, 4, 5), Scale(0.05), Zero(type), Scale(0.043), Zero(type));
            foreach (var axis in new[] { 0L, 1, -1 })
            {
                yield return Microsoft("QLinearConcat", new NodeAttributes { { "axis", axis } }, Scale(0.06), Zero(type), Any(type, 2, 3), Scale(0.05), Zero(type), Any(type, 2, 3), Scale(0.031), Draw.Scalar(type, 5));
            }
        }
    }

    private static IEnumerable<OperatorCase> MicrosoftPools()
    {
        foreach (var type in Bytes)
        {
            foreach (var last in new[] { 0L, 1 })
            {
                var shape = last == 0 ? new long[] { 2, 3, 6, 5 } : [2, 6, 5, 3];
                yield return Microsoft("QLinearGlobalAveragePool", new NodeAttributes { { "channels_last", last } }, Any(type, shape), Scale(0.05), Zero(type), Scale(0.0213), Zero(type));
                foreach (var counted in new[] { 0L, 1 })
                {
                    foreach (var ceil in new[] { 0L, 1 })
                    {
                        var attributes = new NodeAttributes
                        {
                            { "channels_last", last }, { "kernel_shape", new long[] { 3, 2 } }, { "strides", new long[] { 2, 2 } }, { "pads", new long[] { 1, 0, 1, 1 } },
                            { "count_include_pad", counted }, { "ceil_mode", ceil },
                        };
                        yield return Microsoft("QLinearAveragePool", attributes, Any(type, shape), Scale(0.05), Zero(type), Scale(0.0313), Zero(type));
                    }
                }
            }
        }
    }

    private static OperatorCase Microsoft(string name, NodeAttributes attributes, params CaseInput?[] inputs) => new(name, 17, inputs) { Domain = "com.microsoft", Attributes = attributes };

    private static string? Mixed(ElementType left, ElementType right) => left == ElementType.I8 && right == ElementType.U8 ? "no signed values with unsigned weights" : null;

    private static NodeAttributes Axis(long? axis) => axis is { } given ? new NodeAttributes { { "axis", given } } : [];

    private static CaseInput Any(ElementType type, params long[] shape) => Draw.Of(type, type == ElementType.U8 ? 0 : -128, type == ElementType.U8 ? 255 : 127, shape);

    private static CaseInput Zero(ElementType type) => Draw.Scalar(type, type switch { ElementType.U8 => 128, ElementType.U16 => 32768, _ => 3 });

    private static CaseInput Scale(double value) => Draw.Scalar(ElementType.F32, value);

    private static long Number(ElementType type) => type switch { ElementType.U8 => 2, ElementType.I8 => 3, ElementType.U16 => 4, _ => 5 };
}
