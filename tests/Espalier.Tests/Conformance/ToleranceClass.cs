namespace Espalier.Tests.Conformance;

/// <summary>How far floats may lie from ONNX Runtime's; integers and Booleans must be equal in every class.</summary>
/// <param name="Name">Name in messages.</param>
/// <param name="Relative">Part of the expected value.</param>
/// <param name="Absolute">Part of the largest finite expected value, at least of 1.</param>
internal sealed record ToleranceClass(string Name, double Relative, double Absolute)
{
    /// <summary>Values are moved or selected, not computed.</summary>
    public static readonly ToleranceClass Exact = new("exact", 0, 0);

    /// <summary>One or a few roundings of 6e-8 each; both sides use vector approximations of transcendental functions, good to about 1e-6.</summary>
    public static readonly ToleranceClass Elementwise = new("elementwise", 2e-6, 1e-6);

    /// <summary>Sums over some hundred terms at most, in another order.</summary>
    public static readonly ToleranceClass Sum = new("sum", 1e-5, 2e-6);

    /// <summary>Several steps of sums and nonlinearities, each feeding the next (recurrence, attention).</summary>
    public static readonly ToleranceClass Composed = new("composed", 5e-5, 1e-5);

    /// <summary>ONNX Runtime rounds to half precision (10 mantissa bits, 5e-4) after each step; here the arithmetic is 32-bit.</summary>
    public static readonly ToleranceClass Half = new("half", 4e-3, 2e-3);

    /// <summary>Central differences in double precision with a step of 1e-5: the truncation error is of the order of 1e-10 of the third derivative.</summary>
    public static readonly ToleranceClass Gradient = new("gradient", 1e-5, 1e-6);

    /// <summary>The wider of two classes.</summary>
    public ToleranceClass AtLeast(ToleranceClass other) => new($"{Name}/{other.Name}", Math.Max(Relative, other.Relative), Math.Max(Absolute, other.Absolute));
}
