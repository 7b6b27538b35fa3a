namespace Espalier.Tests.Conformance;

/// <summary>The cases of all families.</summary>
internal static class ConformanceCases
{
    /// <summary>All cases, family by family.</summary>
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        .. ArithmeticCases.All(),
        .. WindowCases.All(),
        .. NormalizationCases.All(),
        .. ActivationCases.All(),
        .. ResizeCases.All(),
        .. PlacementCases.All(),
        .. QuantizationCases.All(),
        .. LegacyCases.All(),
        .. WidthCases.All(),
        .. UnaryCases.All(),
        .. LogicCases.All(),
        .. ReductionCases.All(),
        .. SelectionCases.All(),
        .. ConversionCases.All(),
        .. ShapeCases.All(),
        .. SliceCases.All(),
        .. IndexCases.All(),
        .. CreationCases.All(),
        .. MatrixCases.All(),
        .. RecurrentCases.All(),
        .. AttentionCases.All(),
        .. DetectionCases.All(),
        .. ControlFlowCases.All(),
        .. OldCases.All(),
    ];

    /// <summary>Cases that are smooth at the inputs drawn, for gradients.</summary>
    public static IReadOnlyList<OperatorCase> Smooth { get; } =
    [
        .. ArithmeticCases.Smooth(),
        .. UnaryCases.Smooth(),
        .. LogicCases.Smooth(),
        .. ReductionCases.Smooth(),
        .. SelectionCases.Smooth(),
        .. ConversionCases.Smooth(),
        .. ShapeCases.Smooth(),
        .. SliceCases.Smooth(),
        .. IndexCases.Smooth(),
        .. CreationCases.Smooth(),
        .. MatrixCases.Smooth(),
        .. RecurrentCases.Smooth(),
        .. AttentionCases.Smooth(),
        .. ControlFlowCases.Smooth(),
        .. SmoothNetworkCases.All(),
    ];
}
