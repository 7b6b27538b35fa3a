using System.Globalization;
using Espalier.Graphs.Shapes;

namespace Espalier.Graphs;

/// <summary>
/// One axis of a value's shape, or one element of a shape that the graph computes: a fixed size, a named symbol such as <c>batch</c>, an
/// expression over symbols such as <c>12*batch</c> or <c>past + sequence</c>, or unknown. Expressions have one canonical form, so equal
/// sizes compare as equal whichever way they were computed. Arithmetic that overflows 64 bits gives an unknown.
/// </summary>
public readonly struct Dim : IEquatable<Dim>
{
    private static readonly object Fixed = new();

    // null: unknown; Fixed: _size; string: a symbol; DimPolynomial: an expression.
    private readonly object? _form;
    private readonly long _size;

    private Dim(object? form, long size)
    {
        _form = form;
        _size = size;
    }

    /// <summary>An axis about which nothing is known.</summary>
    public static Dim Unknown => default;

    /// <summary>The size, if fixed.</summary>
    public long? Size => ReferenceEquals(_form, Fixed) ? _size : null;

    /// <summary>The symbol, if the size is one symbol, known at run time; null for an expression over symbols.</summary>
    public string? Symbol => _form as string;

    /// <summary>True if nothing is known about the size.</summary>
    public bool IsUnknown => _form is null;

    /// <summary>Names of the symbols that the size depends on; a name may come more than once.</summary>
    public IEnumerable<string> Symbols => _form switch
    {
        string symbol => [symbol],
        DimPolynomial polynomial => polynomial.Symbols,
        _ => [],
    };

    internal DimPolynomial? Expression => _form as DimPolynomial;

    /// <summary>A fixed size.</summary>
    public static implicit operator Dim(long size) => new(Fixed, size);

    /// <summary>A symbol.</summary>
    public static implicit operator Dim(string symbol) => new(symbol, 0);

    /// <summary>Sum.</summary>
    public static Dim operator +(Dim left, Dim right) => DimArithmetic.Add(left, right);

    /// <summary>Difference.</summary>
    public static Dim operator -(Dim left, Dim right) => DimArithmetic.Subtract(left, right);

    /// <summary>Product.</summary>
    public static Dim operator *(Dim left, Dim right) => DimArithmetic.Multiply(left, right);

    /// <summary>Equality of size, symbol or canonical expression; two unknown axes are not known to be equal.</summary>
    public static bool operator ==(Dim left, Dim right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(Dim left, Dim right) => !left.Equals(right);

    /// <summary>
    /// Reads what <see cref="ToString"/> prints, and what exporters write for sizes that depend on others, such as <c>past + sequence</c>.
    /// A text that is no such expression is a symbol as a whole.
    /// </summary>
    public static Dim Parse(string text) => DimParser.Parse(text);

    /// <summary>The quotient if the division is known to leave no remainder whatever the symbols stand for, else unknown.</summary>
    public static Dim DivideExactly(Dim dividend, Dim divisor) => DimArithmetic.DivideExactly(dividend, divisor);

    /// <summary>The quotient rounded down. The divisor is taken to be positive; one that is fixed and is not gives an unknown.</summary>
    public static Dim FloorDivide(Dim dividend, Dim divisor) => DimArithmetic.FloorDivide(dividend, divisor);

    /// <summary>The quotient rounded up by a positive fixed divisor; another divisor gives an unknown.</summary>
    public static Dim CeilingDivide(Dim dividend, long divisor) => divisor <= 0 ? Unknown : FloorDivide(dividend + (divisor - 1), divisor);

    /// <summary>The smaller of two sizes.</summary>
    public static Dim Min(Dim left, Dim right) => DimArithmetic.Choose(DimFunction.Min, left, right);

    /// <summary>The larger of two sizes.</summary>
    public static Dim Max(Dim left, Dim right) => DimArithmetic.Choose(DimFunction.Max, left, right);

    /// <summary>The size for given sizes of symbols; null if one is missing, the size is unknown, or it overflows 64 bits.</summary>
    public long? Evaluate(IReadOnlyDictionary<string, long> sizes) => _form switch
    {
        string symbol => sizes.TryGetValue(symbol, out var size) ? size : null,
        DimPolynomial polynomial => polynomial.Evaluate(sizes),
        _ => Size,
    };

    /// <inheritdoc/>
    public bool Equals(Dim other) => _form switch
    {
        null => false,
        string symbol => other._form is string name && symbol == name,
        DimPolynomial polynomial => other._form is DimPolynomial expression && polynomial.Equals(expression),
        _ => ReferenceEquals(other._form, Fixed) && _size == other._size,
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dim other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _form is string or DimPolynomial ? _form.GetHashCode() : _size.GetHashCode();

    /// <summary>The size, the symbol, the canonical text of the expression, or <c>?</c>.</summary>
    public override string ToString() => _form switch
    {
        null => "?",
        string symbol => symbol,
        DimPolynomial polynomial => polynomial.Text,
        _ => _size.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Wraps an expression that is neither a fixed size nor a single symbol.</summary>
    internal static Dim Of(DimPolynomial polynomial) => new(polynomial, 0);
}
