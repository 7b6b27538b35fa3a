using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Conversions between element types.</summary>
internal static class ConversionCases
{
    private static readonly (ElementType Type, int Number)[] Types =
    [
        (ElementType.F32, 1), (ElementType.U8, 2), (ElementType.I8, 3), (ElementType.U16, 4), (ElementType.I16, 5), (ElementType.I32, 6), (ElementType.I64, 7),
        (ElementType.Bool, 9), (ElementType.F16, 10), (ElementType.F64, 11), (ElementType.U32, 12), (ElementType.U64, 13), (ElementType.BF16, 16),
    ];

    public static IEnumerable<OperatorCase> All()
    {
        foreach (var (from, _) in Types)
        {
            foreach (var (to, number) in Types)
            {
                // Negative and fractional values where both types define the result.
                var signed = !IsUnsigned(from) && !IsUnsigned(to) ? -100 : 0;
                foreach (var opset in new[] { 9, 13, 19 })
                {
                    if (opset < 13 && (from == ElementType.BF16 || to == ElementType.BF16)) continue;
                    yield return new("Cast", opset, Draw.Of(from, signed, 100, 3, 4)) { Attributes = { { "to", number } }, Tolerance = ToleranceClass.Exact };
                }
                yield return new("CastLike", 19, Draw.Of(from, signed, 100, 4), Draw.Of(to, 0, 1, 2)) { Tolerance = ToleranceClass.Exact };
            }
        }
        foreach (var (from, to) in new[] { (ElementType.I32, 2), (ElementType.I64, 3), (ElementType.I64, 6), (ElementType.I64, 4) })
            yield return new("Cast", 13, Draw.Of(from, -100000, 100000, 9)) { Attributes = { { "to", to } }, Note = "wraps" };
        var edges = Draw.Singles(0.1, 65519, 65520, 1e30, -1e30, 1e-8, 3e-5, 6e-8, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1 + (1.0 / 2048), 1 + (3.0 / 2048));
        yield return new("Cast", 13, edges) { Attributes = { { "to", 10 } }, Tolerance = ToleranceClass.Exact, Note = "edges" };
        yield return new("Cast", 13, edges) { Attributes = { { "to", 16 } }, Tolerance = ToleranceClass.Exact, Note = "edges" };
        yield return new("Cast", 13, Draw.Singles(0, -0.0, 0.2, -0.2, 5, double.NaN, double.PositiveInfinity)) { Attributes = { { "to", 9 } } };
        yield return new("Cast", 13, Draw.Singles(0.5, 1.5, -0.5, -1.5, 2.999, -2.999)) { Attributes = { { "to", 7 } } };
        foreach (var number in new[] { 17, 19 })
        {
            yield return Narrow(number, 1, Draw.Between(-500, 500, 50));
            yield return Narrow(number, 0, Draw.Between(-460, 460, 50));
            foreach (var saturate in new[] { 0, 1 }) yield return Narrow(number, saturate, Draw.Between(-0.02, 0.02, 50));
            double[] limits = [1.0625, 1.1875, 464, 57344, 61439, 1e9, -1e9, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 0, 0.001, 0.00097];
            yield return Narrow(number, 1, Draw.Singles([.. limits, 465, 480, 61440]));
            yield return Narrow(number, 0, Draw.Singles(limits));
        }
        // Beyond the largest number there is NaN in one type and infinity in the other.
        yield return Beyond(17, 480, double.NaN, "it gives 448");
        yield return Beyond(19, 61440, double.PositiveInfinity, "it gives NaN");
    }

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth() => [new("Cast", 13, Draw.Floats(5)) { Attributes = { { "to", 11 } } }, new("CastLike", 15, Draw.Floats(5), Draw.Of(ElementType.F64, 0, 1, 2))];

    private static bool IsUnsigned(ElementType type) => type is ElementType.U8 or ElementType.U16 or ElementType.U32 or ElementType.U64;

    private static OperatorCase Beyond(int number, double value, double expected, string deviation) => new("Cast", 19, Draw.Singles(value, -value))
    {
        Attributes = { { "to", number }, { "saturate", 0 } },
        OutputsCastTo = ElementType.F32,
        Tolerance = ToleranceClass.Exact,
        RuntimeDeviates = deviation,
        Expected = _ => [Draw.Encode(ElementType.F32, [2], [expected, -expected])],
    };

    private static OperatorCase Narrow(int number, int saturate, CaseInput input) => new("Cast", 19, input)
    {
        Attributes = { { "to", number }, { "saturate", saturate } },
        OutputsCastTo = ElementType.F32,
        Tolerance = ToleranceClass.Exact,
    };
}
