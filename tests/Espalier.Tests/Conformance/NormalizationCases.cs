using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Normalisations, and the general matrix product.</summary>
internal static class NormalizationCases
{
    private static readonly long[][] Shapes = [[2, 6], [2, 6, 5], [2, 6, 4, 3], [2, 6, 2, 3, 2]];

    public static IEnumerable<OperatorCase> All() => [.. Batch(), .. Instance(), .. Layer(), .. Group(), .. LocalResponse(), .. Scalings(), .. Products()];

    private static IEnumerable<OperatorCase> Batch()
    {
        foreach (var shape in Shapes)
        {
            foreach (var opset in new[] { 7, 9, 14, 15 })
            {
                yield return new("BatchNormalization", opset, Draw.Floats(shape), Draw.Floats(6), Draw.Floats(6), Draw.Floats(6), Draw.Between(0.5, 2, 6)) { Tolerance = ToleranceClass.Sum };
                yield return new("BatchNormalization", opset, Draw.Floats(shape), Draw.Floats(6).Stored(), Draw.Floats(6).Stored(), Draw.Floats(6).Stored(), Draw.Between(0.5, 2, 6).Stored())
                {
                    Attributes = new NodeAttributes { { "epsilon", 1e-2f }, { "momentum", 0.7f } },
                    Tolerance = ToleranceClass.Sum,
                };
            }
            foreach (var opset in new[] { 14, 15 })
            {
                yield return new("BatchNormalization", opset, Draw.Floats(shape), Draw.Floats(6), Draw.Floats(6), Draw.Floats(6), Draw.Between(0.5, 2, 6))
                {
                    Attributes = new NodeAttributes { { "training_mode", 1L }, { "momentum", 0.7f } },
                    Outputs = 3,
                    Tolerance = ToleranceClass.Sum,
                };
            }
        }
        yield return new("BatchNormalization", 7, Draw.Floats(2, 3, 2, 4), Draw.Floats(3, 2, 4), Draw.Floats(3, 2, 4), Draw.Floats(3, 2, 4), Draw.Between(0.5, 2, 3, 2, 4))
        {
            Attributes = new NodeAttributes { { "spatial", 0L } },
            Tolerance = ToleranceClass.Sum,
        };
    }

    private static IEnumerable<OperatorCase> Instance()
    {
        foreach (var shape in Shapes[1..])
        {
            foreach (var opset in new[] { 6, 22 })
            {
                yield return new("InstanceNormalization", opset, Draw.Floats(shape), Draw.Floats(6), Draw.Floats(6)) { Tolerance = ToleranceClass.Composed };
                yield return new("InstanceNormalization", opset, Draw.Floats(shape), Draw.Floats(6), Draw.Floats(6))
                {
                    Attributes = new NodeAttributes { { "epsilon", 0.1f } },
                    Tolerance = ToleranceClass.Composed,
                };
            }
        }
    }

    private static IEnumerable<OperatorCase> Layer()
    {
        foreach (var axis in new long?[] { null, -1, -2, 0, 1, 2 })
        {
            foreach (var bias in new[] { false, true })
            {
                foreach (var outputs in new[] { 1, 2, 3 })
                {
                    long[] shape = [3, 4, 5];
                    var width = shape[(int)(((axis ?? -1) + 3) % 3)..];
                    var attributes = new NodeAttributes { { "epsilon", 1e-3f } };
                    if (axis is { } given) attributes.Add("axis", given);
                    if (outputs == 2) attributes.Add("stash_type", 1L);
                    yield return new("LayerNormalization", 17, Draw.Floats(shape), Draw.Floats(width), bias ? Draw.Floats(width) : null)
                    {
                        Attributes = attributes,
                        Outputs = outputs,
                        Tolerance = ToleranceClass.Composed,
                    };
                }
            }
        }
        yield return new("LayerNormalization", 17, Draw.Floats(3, 4, 5), Draw.Floats(5), Draw.Floats(5)) { Outputs = 3, OmittedOutputs = [1], Tolerance = ToleranceClass.Composed };
        yield return new("LayerNormalization", 17, Draw.Floats(3, 4, 5), Draw.Floats(4, 1), Draw.Floats(1, 5))
        {
            Attributes = new NodeAttributes { { "axis", 1L } },
            Tolerance = ToleranceClass.Composed,
            Note = "scale and bias are broadcast",
        };
    }

    private static IEnumerable<OperatorCase> Group()
    {
        foreach (var shape in Shapes[1..])
        {
            foreach (var groups in new[] { 1L, 2, 3, 6 })
            {
                foreach (var opset in new[] { 18, 21 })
                {
                    var entries = opset == 18 ? groups : 6;
                    yield return new("GroupNormalization", opset, Draw.Floats(shape), Draw.Floats(entries), Draw.Floats(entries))
                    {
                        Attributes = new NodeAttributes { { "num_groups", groups }, { "epsilon", 1e-3f } },
                        Tolerance = ToleranceClass.Composed,
                    };
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> LocalResponse()
    {
        foreach (var size in new[] { 1L, 2, 3, 4, 5, 9 })
        {
            foreach (var attributes in new NodeAttributes[] { new() { { "size", size } }, new() { { "size", size }, { "alpha", 0.9f }, { "beta", 0.5f }, { "bias", 2f } } })
            {
                yield return new("LRN", attributes.Count == 1 ? 1 : 13, Draw.Floats(2, 6, 3, 4))
                {
                    Attributes = attributes,
                    Tolerance = ToleranceClass.Sum,
                    RefusedByRuntime = size % 2 == 0 ? "no even size" : null,
                    Expected = Truth.LocalResponse(attributes),
                };
            }
        }
    }

    private static IEnumerable<OperatorCase> Scalings()
    {
        foreach (var axes in new long[]?[] { null, [0, 2, 3], [1], [2, 3], [0, 1, 2, 3] })
        {
            foreach (var opset in new[] { 9, 13 })
            {
                yield return new("MeanVarianceNormalization", opset, Draw.Floats(2, 3, 4, 5))
                {
                    Attributes = axes is null ? [] : new NodeAttributes { { "axes", axes } },
                    Tolerance = ToleranceClass.Composed,
                };
            }
        }
        foreach (var (across, variance) in new[] { (0L, 1L), (1L, 1L), (0L, 0L), (1L, 0L) })
        {
            yield return new("MeanVarianceNormalization", 1, Draw.Floats(2, 3, 4, 5))
            {
                Attributes = new NodeAttributes { { "across_channels", across }, { "normalize_variance", variance } },
                Tolerance = ToleranceClass.Composed,
            };
        }
        foreach (var p in new[] { 1L, 2 })
        {
            foreach (var axis in new[] { -1L, 0, 1, 2 })
            {
                yield return new("LpNormalization", axis == 0 ? 22 : 1, Draw.Floats(3, 4, 5)) { Attributes = new NodeAttributes { { "p", p }, { "axis", axis } }, Tolerance = ToleranceClass.Sum };
            }
            yield return new("LpNormalization", 22, Draw.Given(ElementType.F32, [2, 2], 0, 0, 3, 4)) { Attributes = new NodeAttributes { { "p", p } }, Note = "a norm of zero" };
        }
    }

    private static IEnumerable<OperatorCase> Products()
    {
        foreach (var (left, right) in new[] { (0L, 0L), (0L, 1L), (1L, 0L), (1L, 1L) })
        {
            foreach (var bias in new long[]?[] { null, [], [1], [5], [1, 5], [3, 1], [3, 5] })
            {
                foreach (var (alpha, beta) in new[] { (1f, 1f), (0.5f, 2f) })
                {
                    var opset = bias is null ? 11 : alpha == 1 ? 7 : 13;
                    yield return new("Gemm", opset, Draw.Floats(left == 0 ? [3, 4] : [4, 3]), Draw.Floats(right == 0 ? [4, 5] : [5, 4]), bias is null ? null : Draw.Floats(bias))
                    {
                        Attributes = new NodeAttributes { { "transA", left }, { "transB", right }, { "alpha", alpha }, { "beta", beta } },
                        Tolerance = ToleranceClass.Sum,
                    };
                }
            }
        }
        yield return new("Gemm", 13, Draw.Floats(3, 4), Draw.Floats(4, 5), Draw.Floats(5)) { Attributes = new NodeAttributes { { "beta", 0f } }, Tolerance = ToleranceClass.Sum };
        yield return new("Gemm", 13, Draw.Of(ElementType.F64, -2, 2, 3, 4), Draw.Of(ElementType.F64, -2, 2, 4, 5), Draw.Of(ElementType.F64, -2, 2, 5)) { Tolerance = ToleranceClass.Sum };
    }
}
