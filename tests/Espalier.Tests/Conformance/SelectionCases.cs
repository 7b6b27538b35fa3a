using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Positions of extremes, largest elements, running sums, distinct elements.</summary>
internal static class SelectionCases
{
    public static IEnumerable<OperatorCase> All() => [.. Positions(), .. Largest(), .. RunningSums(), .. Distinct()];

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth()
    {
        foreach (var exclusive in new[] { 0, 1 })
            yield return new("CumSum", 14, Draw.Floats(3, 4), Draw.Scalar(ElementType.I64, 1).Stored()) { Attributes = { { "exclusive", exclusive }, { "reverse", exclusive } } };
        yield return new("CumProd", 26, Draw.Floats(3, 4), Draw.Scalar(ElementType.I64, 1).Stored());
        yield return new("TopK", 11, Draw.Floats(3, 6), Draw.Longs(3).Stored()) { Outputs = 2 };
    }

    private static IEnumerable<OperatorCase> Positions()
    {
        foreach (var name in new[] { "ArgMax", "ArgMin" })
        {
            foreach (var opset in new[] { 7, 11, 12, 13 })
            {
                foreach (var axis in new[] { 0, 1, 2, -1, -3 })
                {
                    if (axis < 0 && opset < 11) continue;
                    foreach (var keep in new[] { 0, 1 })
                    {
                        yield return new(name, opset, Draw.Floats(2, 3, 4)) { Attributes = { { "axis", axis }, { "keepdims", keep } } };
                        if (opset < 12) continue;
                        foreach (var last in new[] { 0, 1 })
                            yield return new(name, opset, Draw.Of(ElementType.I32, 0, 2, 2, 5, 4)) { Attributes = { { "axis", axis }, { "keepdims", keep }, { "select_last_index", last } } };
                    }
                }
            }
            yield return new(name, 13, Draw.Floats(5));
            foreach (var type in new[] { ElementType.I8, ElementType.U8, ElementType.F64 }) yield return new(name, 13, Draw.Of(type, 0, 9, 3, 4)) { Attributes = { { "axis", 1 } } };
        }
    }

    private static IEnumerable<OperatorCase> Largest()
    {
        foreach (var axis in new[] { 0, 1, -1 })
        {
            if (axis >= 0) yield return new("TopK", 9, Draw.Floats(4, 6)) { Attributes = { { "axis", axis }, { "k", 3 } }, Outputs = 2, Tolerance = ToleranceClass.Exact };
            if (axis >= 0) yield return new("TopK", 10, Draw.Floats(4, 6), Draw.Longs(3).Stored()) { Attributes = { { "axis", axis } }, Outputs = 2, Tolerance = ToleranceClass.Exact };
            foreach (var opset in new[] { 11, 24 })
            {
                foreach (var largest in new[] { 0, 1 })
                {
                    yield return new("TopK", opset, Draw.Floats(4, 6), Draw.Longs(3)) { Attributes = { { "axis", axis }, { "largest", largest } }, Outputs = 2, Tolerance = ToleranceClass.Exact };
                    yield return new("TopK", opset, Draw.Of(ElementType.I64, 0, 3, 4, 6), Draw.Longs(4).Stored()) { Attributes = { { "axis", axis }, { "largest", largest } }, Outputs = 2, Note = "ties" };
                    yield return new("TopK", opset, Draw.Of(ElementType.I32, 0, 3, 4, 6), Draw.Longs(4).Stored()) { Attributes = { { "axis", axis }, { "largest", largest } }, Outputs = 2, Note = "ties" };
                }
            }
        }
        yield return new("TopK", 11, Draw.Floats(6), Draw.Longs(6).Stored()) { Outputs = 2, Tolerance = ToleranceClass.Exact };
        yield return new("TopK", 11, Draw.Floats(2, 6), Draw.Longs(1).Stored()) { Outputs = 2, Attributes = { { "sorted", 0 } }, Tolerance = ToleranceClass.Exact };
    }

    private static IEnumerable<OperatorCase> RunningSums()
    {
        foreach (var opset in new[] { 11, 14 })
        {
            foreach (var axis in new[] { 0, 1, -1 })
            {
                foreach (var (exclusive, reverse) in new[] { (0, 0), (0, 1), (1, 0), (1, 1) })
                {
                    foreach (var type in new[] { ElementType.F32, ElementType.I32, ElementType.I64, ElementType.F64 })
                    {
                        yield return new("CumSum", opset, Draw.Of(type, -9, 9, 3, 5), Draw.Scalar(ElementType.I64, axis).Stored())
                        {
                            Attributes = { { "exclusive", exclusive }, { "reverse", reverse } },
                            Tolerance = ToleranceClass.Sum,
                        };
                    }
                }
            }
            yield return new("CumSum", opset, Draw.Floats(4), Draw.Scalar(ElementType.I32, 0)) { Tolerance = ToleranceClass.Sum };
        }
        foreach (var (exclusive, reverse) in new[] { (0, 0), (0, 1), (1, 0), (1, 1) })
        {
            foreach (var type in new[] { ElementType.F32, ElementType.I64, ElementType.F64 })
            {
                yield return new("CumProd", 26, Draw.Of(type, -3, 3, 3, 5), Draw.Scalar(ElementType.I64, -1).Stored())
                {
                    Attributes = { { "exclusive", exclusive }, { "reverse", reverse } },
                    Tolerance = ToleranceClass.Sum,
                };
            }
        }
    }

    private static IEnumerable<OperatorCase> Distinct()
    {
        foreach (var sorted in new[] { 0, 1 })
        {
            yield return new("Unique", 11, Draw.Of(ElementType.I64, 0, 5, 20)) { Attributes = { { "sorted", sorted } }, Outputs = 4 };
            yield return new("Unique", 11, Draw.Singles(2, 1, 1, 3, 4, 3)) { Attributes = { { "sorted", sorted } }, Outputs = 4 };
            yield return new("Unique", 11, Draw.Of(ElementType.I64, 0, 3, 3, 4)) { Attributes = { { "sorted", sorted } }, Outputs = 4 };
            yield return new("Unique", 11, Draw.Of(ElementType.I64, 0, 1, 9, 2)) { Attributes = { { "sorted", sorted }, { "axis", 0 } }, Outputs = 4 };
            yield return new("Unique", 11, Draw.Of(ElementType.I64, 0, 1, 2, 9)) { Attributes = { { "sorted", sorted }, { "axis", -1 } }, Outputs = 4 };
        }
        yield return new("Unique", 11, Draw.Of(ElementType.I64, 0, 5, 20));
    }
}
