using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Cutting, joining and reordering.</summary>
internal static class SliceCases
{
    public static IEnumerable<OperatorCase> All() => [.. Concat(), .. Split(), .. Slice(), .. Others()];

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth() =>
    [
        new("Concat", 13, Draw.Floats(2, 3), Draw.Floats(2, 2)) { Attributes = { { "axis", 1 } } },
        new("Split", 13, Draw.Floats(2, 5), Draw.Longs(2, 3).Stored()) { Attributes = { { "axis", 1 } }, Outputs = 2 },
        new("Slice", 13, Draw.Floats(4, 5), Draw.Longs(3, 1).Stored(), Draw.Longs(-9, 5).Stored(), Draw.Longs(0, 1).Stored(), Draw.Longs(-2, 2).Stored()),
        new("Trilu", 14, Draw.Floats(3, 4)),
        new("Compress", 11, Draw.Floats(3, 2), Draw.Given(ElementType.Bool, [3], 1, 0, 1)) { Attributes = { { "axis", 0 } } },
        new("ReverseSequence", 10, Draw.Floats(4, 2), Draw.Longs(3, 2)),
    ];

    private static IEnumerable<OperatorCase> Concat()
    {
        foreach (var opset in new[] { 7, 11, 13 })
        {
            foreach (var axis in new[] { 0, 1, 2, -1, -2 })
            {
                if (opset < 11 && axis < 0) continue;
                long[] other = [2, 3, 4];
                other[axis < 0 ? axis + 3 : axis] = 5;
                foreach (var type in new[] { ElementType.F32, ElementType.I64, ElementType.Bool })
                {
                    yield return new("Concat", opset, Draw.Of(type, 0, 1, 2, 3, 4), Draw.Of(type, 0, 1, other), Draw.Of(type, 0, 1, 2, 3, 4).Stored())
                    {
                        Attributes = { { "axis", axis } },
                        Tolerance = ToleranceClass.Exact,
                    };
                }
            }
            yield return new("Concat", opset, Draw.Floats(2, 3)) { Attributes = { { "axis", 0 } }, Tolerance = ToleranceClass.Exact };
            yield return new("Concat", opset, Draw.Floats(0, 3), Draw.Floats(2, 3)) { Attributes = { { "axis", 0 } }, Tolerance = ToleranceClass.Exact };
        }
    }

    private static IEnumerable<OperatorCase> Split()
    {
        foreach (var axis in new[] { 0, 1, -1 })
        {
            foreach (var opset in new[] { 7, 11 })
            {
                if (opset < 11 && axis < 0) continue;
                yield return new("Split", opset, Draw.Floats(6, 6)) { Attributes = { { "axis", axis } }, Outputs = 3, Tolerance = ToleranceClass.Exact };
                yield return new("Split", opset, Draw.Floats(6, 6)) { Attributes = { { "axis", axis }, { "split", [1L, 3, 2] } }, Outputs = 3, Tolerance = ToleranceClass.Exact };
            }
            foreach (var opset in new[] { 13, 18 })
            {
                yield return new("Split", opset, Draw.Floats(6, 6), Draw.Longs(1, 3, 2)) { Attributes = { { "axis", axis } }, Outputs = 3, Tolerance = ToleranceClass.Exact };
                yield return new("Split", opset, Draw.Of(ElementType.I64, 0, 9, 6, 6), Draw.Longs(0, 6).Stored()) { Attributes = { { "axis", axis } }, Outputs = 2, Tolerance = ToleranceClass.Exact };
            }
            yield return new("Split", 13, Draw.Floats(6, 6)) { Attributes = { { "axis", axis } }, Outputs = 2, Tolerance = ToleranceClass.Exact };
            foreach (var parts in new[] { 2, 3, 4 }) yield return new("Split", 18, Draw.Floats(7, 7)) { Attributes = { { "axis", axis }, { "num_outputs", parts } }, Outputs = parts, Tolerance = ToleranceClass.Exact };
        }
    }

    private static IEnumerable<OperatorCase> Slice()
    {
        foreach (var (start, end) in new (long, long)[] { (1, 4), (0, 99), (-3, -1), (-99, 2), (3, 1), (2, long.MaxValue) })
        {
            yield return new("Slice", 9, Draw.Floats(6, 5)) { Attributes = { { "starts", [start] }, { "ends", [end] }, { "axes", [1L] } }, Tolerance = ToleranceClass.Exact };
            yield return new("Slice", 7, Draw.Floats(6, 5)) { Attributes = { { "starts", [start, 1] }, { "ends", [end, 3] } }, Tolerance = ToleranceClass.Exact };
            foreach (var opset in new[] { 10, 11, 13 })
            {
                yield return new("Slice", opset, Draw.Floats(6, 5), Draw.Longs(start), Draw.Longs(end)) { Tolerance = ToleranceClass.Exact };
                foreach (var step in new[] { 1, 2, 3 })
                    yield return new("Slice", opset, Draw.Floats(6, 5), Draw.Longs(start), Draw.Longs(end), Draw.Longs(1), Draw.Longs(step)) { Tolerance = ToleranceClass.Exact };
            }
        }
        foreach (var (start, end) in new (long, long)[] { (4, 1), (99, -99), (-1, long.MinValue), (5, 0), (1, 4), (-1, -4) })
        {
            foreach (var step in new[] { -1, -2 })
            {
                foreach (var type in new[] { ElementType.F32, ElementType.I64 })
                    yield return new("Slice", 13, Draw.Of(type, 0, 9, 6, 5), Draw.Longs(start).Stored(), Draw.Longs(end).Stored(), Draw.Longs(0).Stored(), Draw.Longs(step).Stored()) { Tolerance = ToleranceClass.Exact };
            }
        }
        yield return new("Slice", 13, Draw.Floats(6, 5), Draw.Longs(1, 4).Stored(), Draw.Longs(5, 0).Stored(), Draw.Longs(0, -1).Stored(), Draw.Longs(2, -1).Stored()) { Tolerance = ToleranceClass.Exact };
        yield return new("Slice", 13, Draw.Floats(6, 5), Draw.Longs(1, 2).Stored(), Draw.Longs(5, 4).Stored(), null, Draw.Longs(2, 1).Stored()) { Tolerance = ToleranceClass.Exact };
        yield return new("Slice", 13, Draw.Floats(6, 5), Draw.Given(ElementType.I32, [1], 1), Draw.Given(ElementType.I32, [1], 3), Draw.Given(ElementType.I32, [1], 0)) { Tolerance = ToleranceClass.Exact };
    }

    private static IEnumerable<OperatorCase> Others()
    {
        foreach (var upper in new[] { 0, 1 })
        {
            foreach (var k in new[] { -9, -1, 0, 1, 2, 9 })
            {
                yield return new("Trilu", 14, Draw.Floats(2, 4, 5), Draw.Scalar(ElementType.I64, k)) { Attributes = { { "upper", upper } }, Tolerance = ToleranceClass.Exact };
                yield return new("Trilu", 14, Draw.Of(ElementType.I64, 1, 9, 5, 3), Draw.Scalar(ElementType.I64, k).Stored()) { Attributes = { { "upper", upper } }, Tolerance = ToleranceClass.Exact };
            }
            yield return new("Trilu", 14, Draw.Booleans(4, 4)) { Attributes = { { "upper", upper } }, Tolerance = ToleranceClass.Exact };
        }
        foreach (var opset in new[] { 9, 11 })
        {
            foreach (var axis in new[] { 0, 1, -1 })
            {
                if (opset < 11 && axis < 0) continue;
                yield return new("Compress", opset, Draw.Floats(3, 4), Draw.Given(ElementType.Bool, [3], 1, 0, 1)) { Attributes = { { "axis", axis } }, Tolerance = ToleranceClass.Exact };
            }
            yield return new("Compress", opset, Draw.Floats(3, 4), Draw.Given(ElementType.Bool, [5], 0, 1, 0, 1, 1)) { Tolerance = ToleranceClass.Exact };
        }
        foreach (var (batch, time) in new[] { (1, 0), (0, 1) })
        {
            foreach (var type in new[] { ElementType.F32, ElementType.I64 })
            {
                yield return new("ReverseSequence", 10, Draw.Of(type, -9, 9, 4, 4, 2), Draw.Longs(1, 2, 3, 4)) { Attributes = { { "batch_axis", batch }, { "time_axis", time } }, Tolerance = ToleranceClass.Exact };
            }
        }
        yield return new("ReverseSequence", 10, Draw.Floats(5, 3), Draw.Longs(5, 0, 3)) { Tolerance = ToleranceClass.Exact };
    }
}
