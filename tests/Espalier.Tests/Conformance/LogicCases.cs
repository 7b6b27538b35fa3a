using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Comparisons, logic and selection.</summary>
internal static class LogicCases
{
    public static IEnumerable<OperatorCase> All()
    {
        foreach (var (name, opsets) in new (string, int[])[] { ("Equal", [7, 11, 13, 19]), ("Less", [7, 9, 13]), ("Greater", [7, 9, 13]), ("LessOrEqual", [12, 16]), ("GreaterOrEqual", [12, 16]) })
        {
            foreach (var opset in opsets)
            {
                foreach (var type in Types(name, opset))
                {
                    yield return new(name, opset, Draw.Of(type, 0, 2, 3, 5), Draw.Of(type, 0, 2, 5));
                    yield return new(name, opset, Draw.Of(type, 0, 2), Draw.Of(type, 0, 2, 2, 1, 4));
                }
            }
        }
        yield return new("Equal", 13, Draw.Singles(1, double.NaN, 3), Draw.Singles(1, double.NaN, 4));
        foreach (var name in new[] { "And", "Or", "Xor" })
        {
            yield return new(name, 7, Draw.Booleans(3, 5), Draw.Booleans(5));
            yield return new(name, 7, Draw.Booleans(3, 1), Draw.Booleans(1, 4).Stored());
            yield return new(name, 7, Draw.Booleans(), Draw.Booleans());
            yield return Old(name);
        }
        yield return new("Not", 7, Draw.Booleans(3, 5));
        yield return new("Not", 7, Draw.Booleans());
        foreach (var opset in new[] { 9, 16 })
        {
            foreach (var type in new[] { ElementType.F32, ElementType.I64, ElementType.I32, ElementType.U8 })
            {
                yield return new("Where", opset, Draw.Booleans(3, 5), Draw.Of(type, 0, 9, 3, 5), Draw.Of(type, 0, 9, 5)) { Tolerance = ToleranceClass.Exact };
                yield return new("Where", opset, Draw.Booleans(3, 1), Draw.Of(type, 0, 9), Draw.Of(type, 0, 9, 5).Stored()) { Tolerance = ToleranceClass.Exact };
                yield return new("Where", opset, Draw.Booleans(), Draw.Of(type, 0, 9, 4), Draw.Of(type, 0, 9, 4)) { Tolerance = ToleranceClass.Exact };
            }
        }
        var strange = Draw.Singles(1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, -3);
        foreach (var opset in new[] { 9, 13, 20 }) yield return new("IsNaN", opset, strange);
        foreach (var opset in new[] { 10, 20 })
        {
            foreach (var (positive, negative) in new[] { (1, 1), (1, 0), (0, 1), (0, 0) })
                yield return new("IsInf", opset, strange) { Attributes = { { "detect_positive", positive }, { "detect_negative", negative } } };
            yield return new("IsInf", opset, strange);
        }
    }

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth() => [new("Where", 16, Draw.Booleans(3, 5), Draw.Floats(3, 5), Draw.Floats(5))];

    private static ElementType[] Types(string name, int opset) => (name, opset) switch
    {
        ("Equal", 7) => [ElementType.I32, ElementType.I64, ElementType.Bool],
        ("Equal", _) => [ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64, ElementType.Bool],
        (_, 7) => [ElementType.F32, ElementType.F64],
        _ => [ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64],
    };

    private static OperatorCase Old(string name) => new(name, 6, Draw.Booleans(2, 3, 2), Draw.Booleans(3))
    {
        Attributes = { { "axis", 1 }, { "broadcast", 1 } },
        RefusedByRuntime = "it knows operator sets from 7 on",
        Expected = inputs =>
        {
            var (a, b) = (inputs[0]!.ToSingles(), inputs[1]!.ToSingles());
            bool Combine(bool x, bool y) => name switch { "And" => x && y, "Or" => x || y, _ => x != y };
            return [Draw.Encode(ElementType.Bool, [2, 3, 2], [.. a.Select((value, i) => Combine(value != 0, b[i / 2 % 3] != 0) ? 1.0 : 0)])];
        },
    };
}
