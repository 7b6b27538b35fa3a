using System.Globalization;

namespace Espalier.Recipes;

/// <summary>Bounds of a numeric option; both belong to the range unless marked exclusive.</summary>
/// <param name="min">Least value; negative infinity for none.</param>
/// <param name="max">Greatest value; positive infinity for none.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionRangeAttribute(double min, double max) : Attribute
{
    /// <summary>Least value.</summary>
    public double Min { get; } = min;

    /// <summary>Greatest value.</summary>
    public double Max { get; } = max;

    /// <summary>True if the value must be greater than <see cref="Min"/>.</summary>
    public bool MinExclusive { get; init; }

    /// <summary>True if the value must be less than <see cref="Max"/>.</summary>
    public bool MaxExclusive { get; init; }

    /// <summary>Whether a value is in the range; NaN never is.</summary>
    /// <param name="value">The value.</param>
    public bool Contains(double value) => (MinExclusive ? value > Min : value >= Min) && (MaxExclusive ? value < Max : value <= Max);

    /// <summary>The range in interval notation, for example <c>[0, 1)</c>, or one-sided, for example <c>&gt;= 1</c>.</summary>
    public override string ToString()
    {
        var (min, max) = (Text(Min), Text(Max));
        if (double.IsNegativeInfinity(Min) && double.IsPositiveInfinity(Max)) return "any";
        if (double.IsPositiveInfinity(Max)) return MinExclusive ? $"> {min}" : $">= {min}";
        if (double.IsNegativeInfinity(Min)) return MaxExclusive ? $"< {max}" : $"<= {max}";
        return $"{(MinExclusive ? '(' : '[')}{min}, {max}{(MaxExclusive ? ')' : ']')}";
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
