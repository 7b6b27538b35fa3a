using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Elementwise functions of one operand.</summary>
internal static class UnaryCases
{
    /// <summary>Functions with an interval in which they are smooth.</summary>
    private static readonly (string Name, int[] Opsets, double Low, double High)[] Functions =
    [
        ("Abs", [7, 13], 0.3, 3), ("Neg", [7, 13], -3, 3), ("Sqrt", [7, 13], 0.2, 4), ("Reciprocal", [7, 13], 0.3, 4), ("Exp", [7, 13], -4, 4), ("Log", [7, 13], 0.1, 9),
        ("Erf", [9, 13], -3, 3), ("Sin", [7, 22], -9, 9), ("Cos", [7, 22], -9, 9), ("Tan", [7, 22], -1.4, 1.4), ("Asin", [7, 22], -0.9, 0.9), ("Acos", [7, 22], -0.9, 0.9),
        ("Atan", [7, 22], -4, 4), ("Sinh", [9, 22], -3, 3), ("Cosh", [9, 22], -3, 3), ("Asinh", [9, 22], -3, 3), ("Acosh", [9, 22], 1.2, 5), ("Atanh", [9, 22], -0.9, 0.9),
        ("Tanh", [7, 13], -4, 4), ("Sigmoid", [7, 13], -6, 6),
    ];

    public static IEnumerable<OperatorCase> All()
    {
        foreach (var (name, opsets, low, high) in Functions)
        {
            foreach (var opset in opsets)
            {
                yield return new(name, opset, Draw.Between(low, high, 3, 17));
                yield return new(name, opset, Draw.Between(low, high));
                yield return new(name, opset, Draw.Between(low, high, 0, 2));
                yield return new(name, opset, Draw.Between(low, high, 5).Stored());
            }
            if (name is "Abs" or "Neg" or "Sqrt" or "Reciprocal" or "Exp" or "Log" or "Sin" or "Cos" or "Tanh" or "Sigmoid") yield return new(name, opsets[^1], Draw.Of(ElementType.F64, low, high, 7));
            if (name is "Abs" or "Neg" or "Sqrt" or "Exp" or "Tanh" or "Sigmoid") yield return new(name, opsets[^1], Draw.Of(ElementType.F16, low, high, 7));
        }
        foreach (var name in new[] { "Abs", "Neg", "Sign" })
        {
            foreach (var type in new[] { ElementType.I8, ElementType.I32, ElementType.I64 }) yield return new(name, 13, Draw.Of(type, -5, 5, 9));
        }
        yield return new("Abs", 13, Draw.Of(ElementType.U8, 0, 5, 9));
        yield return new("Sign", 13, Draw.Of(ElementType.U8, 0, 5, 9));
        foreach (var opset in new[] { 9, 13 }) yield return new("Sign", opset, Draw.Singles(-2.5, 0, 3, -0.0));
        foreach (var (name, opsets) in new (string, int[])[] { ("Floor", [7, 13]), ("Ceil", [7, 13]), ("Round", [11, 22]) })
        {
            foreach (var opset in opsets)
            {
                yield return new(name, opset, Draw.Between(-9, 9, 4, 5));
                yield return new(name, opset, Draw.Singles(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 4.2, -4.8, 0, 1e10, double.PositiveInfinity));
                yield return new(name, opset, Draw.Of(ElementType.F64, -9, 9, 6));
            }
        }
        foreach (var name in new[] { "Sqrt", "Log", "Reciprocal", "Exp", "Acosh", "Atanh", "Asin" })
            yield return new(name, 22, Draw.Singles(-1, 0, 1, double.NaN, double.PositiveInfinity, double.NegativeInfinity)) { Note = "edges" };
    }

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth() => Functions.Select(function => new OperatorCase(function.Name, function.Opsets[^1], Draw.Between(function.Low, function.High, 2, 4)));
}
