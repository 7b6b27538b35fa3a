namespace Espalier.Methods.Magnitude;

/// <summary>Magnitude has no options of its own; where weights compete is the recipe's scope.</summary>
public sealed record MagnitudeOptions;
