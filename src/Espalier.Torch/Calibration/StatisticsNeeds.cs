namespace Espalier.Torch.Calibration;

/// <summary>What a method wants to know about the inputs of a layer.</summary>
public enum StatisticsNeeds
{
    /// <summary>Nothing: no calibration data, no forward passes.</summary>
    None,

    /// <summary>The sum of squares of each input feature.</summary>
    SumOfSquares,

    /// <summary>The whole Gram matrix X^T X.</summary>
    Gram,
}
