using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Elementwise operators on known contents.</summary>
internal static class ElementwiseContents
{
    /// <summary>Contents of an operator of one input.</summary>
    public static KnownContents? Unary(string operation, KnownContents? x)
    {
        if (x is null) return null;
        var result = new Fraction[x.Count];
        for (var i = 0; i < result.Length; i++)
        {
            var element = x.Fractions[i];
            result[i] = operation switch
            {
                "Identity" => element,
                "Neg" => Fraction.Subtract(new Fraction(0), element),
                "Not" => element.ToDim().Size is { } bit ? new Fraction(1 - bit) : Fraction.Unknown,
                "Floor" => element.Floor(),
                "Ceil" => element.Ceiling(),
                "Round" when element.ToDouble() is { } number => Fraction.Of((float)Math.Round(number, MidpointRounding.ToEven)),
                "Round" => new Fraction(element.ToDim()),
                "Reciprocal" => Fraction.Divide(new Fraction(1), element),
                _ => Fraction.Unknown,
            };
        }
        return new KnownContents(result, x.Sizes.ToArray(), x.Origin);
    }

    /// <summary>Contents after a change of type.</summary>
    public static KnownContents? Cast(KnownContents? x, ElementType? from, ElementType? to)
    {
        // Narrow types would wrap or round; shapes do not pass through them.
        if (x is null || from is null || to is not (ElementType.I64 or ElementType.I32 or ElementType.Bool or ElementType.F32 or ElementType.F64)) return null;
        var result = x.Fractions.ToArray();
        for (var i = 0; i < result.Length; i++)
        {
            if (to == ElementType.Bool) result[i] = Truth(result[i]);
            else if (!to.Value.IsFloat()) result[i] = result[i].Truncate();
        }
        return new KnownContents(result, x.Sizes.ToArray(), x.Origin);
    }

    /// <summary>Sets the contents of the output of an operator whose inputs broadcast, if all are known.</summary>
    public static void Set(NodeShapes s, int count)
    {
        if (s.Node.OpType == "Mean") return;
        // Asking for contents reads parameters, so the shapes come first: most sums have inputs of more than one axis.
        for (var i = 0; i < count; i++)
        {
            if (s.Shape(i) is not { Count: <= 1 }) return;
        }
        var inputs = new KnownContents[count];
        // Computed inputs first: they tell whether the parameters need to be read at all.
        foreach (var i in Enumerable.Range(0, count).OrderBy(i => s.Node.Inputs[i]?.Parameter is not null))
        {
            if (s.Contents(i) is not { } contents) return;
            inputs[i] = contents;
        }
        var length = inputs.Max(input => input.Count);
        if (inputs.Any(input => input.Count == 0)) length = 0;
        if (inputs.Any(input => input.Count != length && input.Count != 1)) return;
        var isFloat = s.Type(s.Node.OpType == "Where" ? 1 : 0) is { } type && type.IsFloat();
        var result = new Fraction[length];
        for (var i = 0; i < length; i++)
        {
            Fraction At(int input) => inputs[input].Fractions[inputs[input].Count == 1 ? 0 : i];
            result[i] = s.Node.OpType switch
            {
                "Where" => At(0).ToDim().Size is { } condition ? At(condition != 0 ? 1 : 2) : Same(At(1), At(2)),
                "Max" or "Min" or "Sum" => Enumerable.Range(1, count - 1).Aggregate(At(0), (all, input) => Combine(s.Node, all, At(input), isFloat)),
                _ => Combine(s.Node, At(0), At(1), isFloat),
            };
        }
        var origin = inputs.Aggregate(ContentsOrigin.None, (all, input) => all | input.Origin);
        s.SetContents(0, new KnownContents(result, inputs.All(input => input.IsScalar), origin));
    }

    private static Fraction Combine(Node node, Fraction a, Fraction b, bool isFloat) => node.OpType switch
    {
        "Add" or "Sum" => Fraction.Add(a, b),
        "Sub" => Fraction.Subtract(a, b),
        "Mul" => Fraction.Multiply(a, b),
        "Div" => isFloat ? Fraction.Divide(a, b) : Fraction.DivideTruncated(a, b),
        "Max" => Choose(DimFunction.Max, a, b),
        "Min" => Choose(DimFunction.Min, a, b),
        "Mod" when !isFloat && node.Attributes.Int("fmod", 0) == 0 => Modulo(a.ToDim(), b.ToDim()),
        "Pow" when b.ToDim().Size is >= 0 and <= 8 and var exponent => Enumerable.Repeat(a, (int)exponent).Aggregate(new Fraction(1), Fraction.Multiply),
        "And" => Absorb(a.ToDim().Size, b.ToDim().Size, 0),
        "Or" => Absorb(a.ToDim().Size, b.ToDim().Size, 1),
        "Equal" => Equal(Fraction.Subtract(a, b).Numerator),
        "Greater" => Sign(Fraction.Subtract(a, b).Numerator, positive: true, otherwise: false),
        "Less" => Sign(Fraction.Subtract(b, a).Numerator, positive: true, otherwise: false),
        "GreaterOrEqual" => Sign(Fraction.Subtract(b, a).Numerator, positive: false, otherwise: true),
        "LessOrEqual" => Sign(Fraction.Subtract(a, b).Numerator, positive: false, otherwise: true),
        _ => Fraction.Unknown,
    };

    /// <summary>One operand of the deciding value decides; of two known operands without it, the other value comes out.</summary>
    private static Fraction Absorb(long? a, long? b, long deciding)
    {
        if (a == deciding || b == deciding) return new Fraction(deciding);
        return a is null || b is null ? Fraction.Unknown : new Fraction(1 - deciding);
    }

    /// <summary>The remainder with the sign of the divisor.</summary>
    private static Fraction Modulo(Dim a, Dim b) => new(b.Size is > 0 ? a - (b * Dim.FloorDivide(a, b)) : Dim.Unknown);

    private static Fraction Choose(DimFunction function, Fraction a, Fraction b)
    {
        if (a.Denominator == b.Denominator) return new Fraction(DimArithmetic.Choose(function, a.Numerator, b.Numerator), a.Denominator);
        if (a.ToDouble() is not { } left || b.ToDouble() is not { } right) return Fraction.Unknown;
        return left < right == (function == DimFunction.Min) ? a : b;
    }

    private static Fraction Same(Fraction a, Fraction b) => a.Denominator == b.Denominator && a.Numerator == b.Numerator ? a : Fraction.Unknown;

    private static Fraction Truth(Fraction a) => Equal(a.Numerator).ToDim().Size is { } zero ? new Fraction(1 - zero) : Fraction.Unknown;

    private static Fraction Equal(Dim difference)
    {
        if (difference.Size is { } size) return new Fraction(size == 0 ? 1 : 0);
        return Bit(IsPositive(difference) || IsPositive(0 - difference), false);
    }

    private static Fraction Sign(Dim difference, bool positive, bool otherwise)
    {
        if (IsPositive(difference)) return new Fraction(positive ? 1 : 0);
        return Bit(DimArithmetic.IsNonNegative(0 - difference), otherwise);
    }

    private static bool IsPositive(Dim difference) => DimArithmetic.IsNonNegative(difference - 1);

    private static Fraction Bit(bool known, bool value) => known ? new Fraction(value ? 1 : 0) : Fraction.Unknown;
}
