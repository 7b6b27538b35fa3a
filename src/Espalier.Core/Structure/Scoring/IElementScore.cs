namespace Espalier.Structure;

/// <summary>The score of one weight, which is summed over all weights of a unit.</summary>
internal interface IElementScore
{
    /// <summary>The score.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="derivative">What was asked for of its derivatives; 0 if nothing was.</param>
    static abstract double Of(double weight, double derivative);
}

/// <summary>|w|.</summary>
internal readonly struct AbsoluteWeight : IElementScore
{
    public static double Of(double weight, double derivative) => Math.Abs(weight);
}

/// <summary>w^2.</summary>
internal readonly struct SquaredWeight : IElementScore
{
    public static double Of(double weight, double derivative) => weight * weight;
}

/// <summary>w d.</summary>
internal readonly struct SignedProduct : IElementScore
{
    public static double Of(double weight, double derivative) => weight * derivative;
}

/// <summary>|w d|.</summary>
internal readonly struct AbsoluteProduct : IElementScore
{
    public static double Of(double weight, double derivative) => Math.Abs(weight * derivative);
}

/// <summary>w^2 d.</summary>
internal readonly struct SquaredProduct : IElementScore
{
    public static double Of(double weight, double derivative) => weight * weight * derivative;
}
