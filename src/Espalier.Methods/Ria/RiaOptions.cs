using Espalier.Recipes;

namespace Espalier.Methods.Ria;

/// <summary>Options of RIA.</summary>
public sealed record RiaOptions
{
    /// <summary>Exponent of the input norm; 0 gives relative importance alone, which needs no data in principle.</summary>
    [Option("exponent of the input norm; 0 ranks by relative importance alone", Symbol = "a")]
    [OptionRange(0, 4)]
    public double Exponent { get; init; } = 0.5;
}
