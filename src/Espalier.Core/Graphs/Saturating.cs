namespace Espalier.Graphs;

/// <summary>Arithmetic on counts that stops at the largest 64-bit integer: shapes in hostile files may claim anything.</summary>
internal static class Saturating
{
    /// <summary>Sum of two counts.</summary>
    public static long Add(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    /// <summary>Product of counts.</summary>
    public static long Multiply(params ReadOnlySpan<long> factors)
    {
        if (factors.Contains(0)) return 0;
        var product = (Int128)1;
        foreach (var factor in factors) product = Int128.Min(product * factor, long.MaxValue);
        return (long)product;
    }
}
