using System.Globalization;

namespace Espalier.Graphs.Shapes;

/// <summary>An element of known contents: a size over a positive whole number. Integers have the denominator 1; floats in shape arithmetic are fractions.</summary>
internal readonly struct Fraction
{
    // A product of a length and a float factor is rounded by the runtime; up to here the exact product is what it computes.
    private const long MaximumDenominator = 1 << 24;

    private readonly long _excess;

    public Fraction(Dim numerator, long denominator = 1)
    {
        Numerator = numerator;
        _excess = denominator - 1;
    }

    public static Fraction Unknown => default;

    public Dim Numerator { get; }

    /// <summary>At least 1.</summary>
    public long Denominator => _excess + 1;

    public bool IsUnknown => Numerator.IsUnknown;

    /// <summary>A float, if it is a fraction with a small denominator.</summary>
    public static Fraction Of(float value)
    {
        for (long denominator = 1; denominator <= MaximumDenominator; denominator *= 2)
        {
            var scaled = (double)value * denominator;
            if (Math.Abs(scaled) < 1L << 53 && scaled == Math.Floor(scaled)) return new Fraction((long)scaled, denominator);
        }
        return Unknown;
    }

    /// <summary>The value as a fixed number, if it is one.</summary>
    public double? ToDouble() => Numerator.Size is { } size ? (double)size / Denominator : null;

    /// <summary>The value if it is an integer, else unknown.</summary>
    public Dim ToDim() => Denominator == 1 ? Numerator : Dim.Unknown;

    public static Fraction Add(Fraction a, Fraction b) => Normalize((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator, b.Denominator);

    public static Fraction Subtract(Fraction a, Fraction b) => Normalize((a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator, b.Denominator);

    public static Fraction Multiply(Fraction a, Fraction b) => Normalize(a.Numerator * b.Numerator, a.Denominator, b.Denominator);

    /// <summary>Quotient of reals; the divisor must be fixed and positive, or divide exactly.</summary>
    public static Fraction Divide(Fraction a, Fraction b)
    {
        var numerator = a.Numerator * b.Denominator;
        if (b.Numerator.Size is { } divisor) return divisor > 0 ? Normalize(numerator, a.Denominator, divisor) : Unknown;
        return new Fraction(Dim.DivideExactly(numerator, b.Numerator * a.Denominator));
    }

    /// <summary>Quotient of integers as runtimes compute it: towards zero.</summary>
    public static Fraction DivideTruncated(Fraction a, Fraction b)
    {
        var (dividend, divisor) = (a.ToDim(), b.ToDim());
        if (dividend.Size is { } left && divisor.Size is { } right) return new Fraction(right is 0 or -1 ? Dim.Unknown : left / right);
        return new Fraction(DimArithmetic.IsNonNegative(dividend) ? Dim.FloorDivide(dividend, divisor) : Dim.DivideExactly(dividend, divisor));
    }

    public Fraction Floor() => new(Dim.FloorDivide(Numerator, Denominator));

    public Fraction Ceiling() => new(Dim.CeilingDivide(Numerator, Denominator));

    /// <summary>Towards zero, as Cast to an integer type does.</summary>
    public Fraction Truncate()
    {
        if (Denominator == 1) return this;
        if (DimArithmetic.IsNonNegative(Numerator)) return Floor();
        return Numerator.Size is { } size ? new Fraction(size / Denominator) : Unknown;
    }

    public override string ToString() => Denominator == 1 ? Numerator.ToString() : $"{Numerator}/{Denominator.ToString(CultureInfo.InvariantCulture)}";

    private static Fraction Normalize(Dim numerator, long a, long b)
    {
        if (numerator.IsUnknown || DimArithmetic.Multiply(a, b) is not { } denominator) return Unknown;
        if (denominator == 1) return new Fraction(numerator);
        var divisor = denominator;
        foreach (var term in DimPolynomial.TermsOf(numerator)) divisor = GreatestCommonDivisor(divisor, term.Coefficient);
        denominator /= divisor;
        return denominator > MaximumDenominator ? Unknown : new Fraction(Dim.DivideExactly(numerator, divisor), denominator);
    }

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a == long.MinValue ? 1 : Math.Abs(a);
    }
}
