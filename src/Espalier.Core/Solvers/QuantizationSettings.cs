namespace Espalier.Solvers;

/// <summary>Rounding to an integer grid together with pruning (section 3.5 of the SparseGPT paper).</summary>
public sealed record QuantizationSettings
{
    /// <summary>Bits per weight, from 2 to 8.</summary>
    public int Bits { get; init; } = 4;

    /// <summary>A grid symmetric about zero, with zero at level 2^(bits-1); otherwise from the least to the greatest weight of the
    /// row.</summary>
    public bool Symmetric { get; init; }
}
