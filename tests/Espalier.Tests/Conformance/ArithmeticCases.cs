using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Addition, subtraction, multiplication, division.</summary>
internal static class ArithmeticCases
{
    public static IEnumerable<OperatorCase> All()
    {
        foreach (var name in new[] { "Add", "Sub", "Mul", "Div" })
        {
            foreach (var opset in new[] { 7, 13, 14 })
            {
                yield return new(name, opset, Draw.Floats(2, 3), Draw.Between(0.5, 2, 2, 3));
                yield return new(name, opset, Draw.Floats(2, 3), Draw.Between(0.5, 2, 3).Stored());
                yield return new(name, opset, Draw.Scalar(ElementType.F32, 3), Draw.Between(0.5, 2, 2, 1, 4));
                yield return new(name, opset, Draw.Of(ElementType.I64, -9, 9, 5), Draw.Of(ElementType.I64, 1, 4, 5));
            }
            yield return new(name, 14, Draw.Of(ElementType.F64, -3, 3, 4), Draw.Of(ElementType.F64, 1, 2, 4));
            yield return new(name, 14, Draw.Of(ElementType.F16, -3, 3, 4), Draw.Of(ElementType.F16, 1, 2, 4));
        }
    }
}
