using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Tensors made from attributes, shapes or positions.</summary>
internal static class CreationCases
{
    public static IEnumerable<OperatorCase> All()
    {
        foreach (var type in new[] { ElementType.F32, ElementType.I64, ElementType.Bool, ElementType.F64, ElementType.U8, ElementType.F16 })
        {
            yield return new("Constant", 13) { Attributes = { { "value", Draw.Encode(type, [2, 2], [0, 1, 1, 0]) } }, Tolerance = ToleranceClass.Exact, Note = $"{type}" };
            foreach (var opset in new[] { 9, 21 })
            {
                yield return new("ConstantOfShape", opset, Draw.Longs(2, 3)) { Attributes = { { "value", Draw.Encode(type, [1], [1]) } }, Tolerance = ToleranceClass.Exact, Note = $"{type}" };
                yield return new("ConstantOfShape", opset, Draw.Longs()) { Attributes = { { "value", Draw.Encode(type, [1], [1]) } }, Tolerance = ToleranceClass.Exact, Note = $"{type}" };
            }
        }
        foreach (var opset in new[] { 12, 13, 19, 21 })
        {
            yield return new("Constant", opset) { Attributes = { { "value_float", 1.5f } }, Tolerance = ToleranceClass.Exact };
            yield return new("Constant", opset) { Attributes = { { "value_floats", [1.5f, -2] } }, Tolerance = ToleranceClass.Exact };
            yield return new("Constant", opset) { Attributes = { { "value_int", 7 } }, Tolerance = ToleranceClass.Exact };
            yield return new("Constant", opset) { Attributes = { { "value_ints", [7L, -8] } }, Tolerance = ToleranceClass.Exact };
        }
        yield return new("ConstantOfShape", 9, Draw.Longs(0, 3)) { Tolerance = ToleranceClass.Exact };
        yield return new("ConstantOfShape", 9, Draw.Longs(3, 2).Stored()) { Tolerance = ToleranceClass.Exact };
        foreach (var type in new[] { ElementType.I64, ElementType.I32, ElementType.I16, ElementType.F32, ElementType.F64 })
        {
            foreach (var (start, limit, step) in new[] { (0.0, 5, 1), (3, 10, 3), (5, -2, -2), (2, 2, 1), (3, 1, 1), (1, 9, 2) })
                yield return new("Range", 11, Draw.Scalar(type, start), Draw.Scalar(type, limit), Draw.Scalar(type, step)) { Note = $"{start} {limit} {step}" };
        }
        yield return new("Range", 11, Draw.Scalar(ElementType.F32, 0.1), Draw.Scalar(ElementType.F32, 2), Draw.Scalar(ElementType.F32, 0.3)) { Note = "fractions" };
        foreach (var k in new[] { -2, 0, 1, 9 })
        {
            yield return new("EyeLike", 9, Draw.Floats(3, 4)) { Attributes = { { "k", k } } };
            yield return new("EyeLike", 9, Draw.Of(ElementType.I32, 0, 9, 4, 3)) { Attributes = { { "k", k }, { "dtype", 1 } } };
            yield return new("EyeLike", 22, Draw.Of(ElementType.I64, 0, 9, 4, 3)) { Attributes = { { "k", k }, { "dtype", 7 } } };
        }
        foreach (var opset in new[] { 9, 11 })
        {
            foreach (var axis in new[] { 0, 1, 2, -1, -2 })
            {
                var low = opset == 9 ? 0 : -4;
                yield return new("OneHot", opset, Draw.Of(ElementType.I64, low, 3, 2, 3), Draw.Scalar(ElementType.I64, 4), Draw.Singles(-1, 2)) { Attributes = { { "axis", axis } }, Tolerance = ToleranceClass.Exact };
                yield return new("OneHot", opset, Draw.Of(ElementType.F32, 0, 3, 2, 3) with { Make = _ => Draw.Encode(ElementType.F32, [2, 3], [0, 1, 2, 3, 2, 0]) }, Draw.Singles(4), Draw.Singles(0, 5).Stored()) { Attributes = { { "axis", axis } } };
            }
            yield return new("OneHot", opset, Draw.Longs(0, 7, 2), Draw.Longs(3), Draw.Singles(0, 1)) { Note = "outside" };
        }
        foreach (var opset in new[] { 9, 13 })
        {
            yield return new("NonZero", opset, Draw.Singles(0, 1, 0, -2));
            yield return new("NonZero", opset, Draw.Booleans(3, 4));
            yield return new("NonZero", opset, Draw.Of(ElementType.I64, 0, 1, 2, 2, 3));
            yield return new("NonZero", opset, Draw.Scalar(ElementType.F32, 3));
        }
    }

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth() => [new("OneHot", 11, Draw.Longs(0, 2, 1), Draw.Longs(3), Draw.Singles(0.5, 1))];
}
