using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Operators that make tensors from shapes, sizes or nothing.</summary>
internal static class GeneratorRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Constant", Constant),
        ("ConstantOfShape", ConstantOfShape),
        ("Shape", Shape),
        ("Size", Size),
        ("Range", Range),
        ("EyeLike", static s => s.Set(0, Stated(s) ?? s.Type(0), s.Shape(0))),
        ("RandomNormal RandomUniform", static s => s.Set(0, Stated(s) ?? ElementType.F32, s.Attributes.Ints("shape") is { } shape ? [.. shape.Select(size => (Dim)size)] : null)),
        ("RandomNormalLike RandomUniformLike", static s => s.Set(0, Stated(s) ?? s.Type(0), s.Shape(0))),
        ("Multinomial", static s => s.Set(0, Stated(s) ?? ElementType.I32, s.Shape(0) is { Count: 2 } x ? [x[0], s.Int("sample_size", 1)] : null)),
    ];

    private static ElementType? Stated(NodeShapes s) => s.Attributes.Contains("dtype") ? ElementwiseRules.Type(s.Int("dtype", 0)) : null;

    private static void Constant(NodeShapes s)
    {
        var (name, value) = s.Attributes.FirstOrDefault(attribute => attribute.Key.StartsWith("value", StringComparison.Ordinal));
        var (type, shape, contents) = value switch
        {
            TensorData data => (data.ElementType, [.. data.Shape.ToArray().Select(size => (Dim)size)], KnownContents.Of(data)),
            long number => (ElementType.I64, [], KnownContents.Scalar(number, ContentsOrigin.Constants)),
            long[] numbers => (ElementType.I64, [numbers.Length], KnownContents.List(numbers.Select(number => (Dim)number), ContentsOrigin.Constants)),
            float number => (ElementType.F32, [], new KnownContents([Fraction.Of(number)], isScalar: true, ContentsOrigin.Constants)),
            float[] numbers => (ElementType.F32, [numbers.Length], new KnownContents([.. numbers.Select(Fraction.Of)], isScalar: false, ContentsOrigin.Constants)),
            string => (ElementType.String, [], null),
            string[] texts => (ElementType.String, [texts.Length], null),
            _ => ((ElementType?)null, (Dim[]?)null, (KnownContents?)null),
        };
        s.Set(0, type, shape);
        s.SetContents(0, contents);
    }

    private static void ConstantOfShape(NodeShapes s)
    {
        var value = s.Attributes.Tensor("value");
        var rank = s.Shape(0) is { Count: 1 } list ? list[0].Size : null;
        var shape = s.Contents(0)?.Elements ?? (rank is { } known ? NodeShapes.UnknownOf(known) : null);
        s.Set(0, value?.ElementType ?? ElementType.F32, shape);
        if (shape is not { Count: <= 1 }) return;
        var element = value is null ? new Fraction(0) : KnownContents.Of(value) is { Count: 1 } contents ? contents.Fractions[0] : Fraction.Unknown;
        var length = shape.Count == 0 ? 1 : shape[0].Size;
        if (length is not (>= 0 and <= KnownContents.MaximumCount)) return;
        var origin = ContentsOrigin.Constants | (s.Contents(0)?.Origin ?? ContentsOrigin.None);
        s.SetContents(0, new KnownContents([.. Enumerable.Repeat(element, (int)length)], shape.Count == 0, origin));
    }

    private static void Shape(NodeShapes s)
    {
        if (s.Shape(0) is not { } x)
        {
            s.Set(0, ElementType.I64, [Dim.Unknown]);
            return;
        }
        var start = Position(s.Int("start", 0), x.Count);
        var end = Position(s.Int("end", x.Count), x.Count);
        Dim[] sizes = [.. x.Take(end).Skip(start)];
        s.Set(0, ElementType.I64, [sizes.Length]);
        s.SetContents(0, KnownContents.List(sizes, ContentsOrigin.Shapes));
    }

    private static int Position(long position, int rank) => (int)Math.Clamp(position < 0 ? position + rank : position, 0, rank);

    private static void Size(NodeShapes s)
    {
        s.Set(0, ElementType.I64, []);
        if (s.Shape(0) is { } x) s.SetContents(0, KnownContents.Scalar(NodeShapes.Product(x), ContentsOrigin.Shapes));
    }

    private static void Range(NodeShapes s)
    {
        s.Set([Dim.Unknown]);
        if (s.Contents(0) is not { Count: 1 } start || s.Contents(1) is not { Count: 1 } limit || s.Contents(2) is not { Count: 1 } delta) return;
        var (from, step) = (start.Fractions[0], delta.Fractions[0]);
        if (step.Numerator.Size is not { } direction || direction is 0 or long.MinValue) return;
        var span = direction > 0 ? Fraction.Subtract(limit.Fractions[0], from) : Fraction.Subtract(from, limit.Fractions[0]);
        var count = Dim.Max(Fraction.Divide(span, new Fraction(Math.Abs(direction), step.Denominator)).Ceiling().ToDim(), 0);
        s.Set([count]);
        if (count.Size is not { } length || length > KnownContents.MaximumCount) return;
        var elements = new Fraction[length];
        for (var i = 0; i < length; i++) elements[i] = Fraction.Add(from, Fraction.Multiply(step, new Fraction(i)));
        s.SetContents(0, new KnownContents(elements, isScalar: false, start.Origin | limit.Origin | delta.Origin));
    }
}
