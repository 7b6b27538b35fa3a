namespace Espalier.Tests.Conformance;

/// <summary>The cases of all families.</summary>
internal static class ConformanceCases
{
    /// <summary>All cases, family by family.</summary>
    public static IEnumerable<OperatorCase> All =>
    [
        .. ArithmeticCases.All(),
        .. WindowCases.All(),
        .. NormalizationCases.All(),
        .. ActivationCases.All(),
        .. ResizeCases.All(),
        .. PlacementCases.All(),
        .. QuantizationCases.All(),
    ];
}
