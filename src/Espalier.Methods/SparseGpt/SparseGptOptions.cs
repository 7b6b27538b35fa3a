using Espalier.Recipes;

namespace Espalier.Methods.SparseGpt;

/// <summary>Options of SparseGPT.</summary>
public sealed record SparseGptOptions
{
    /// <summary>Damping: fraction of the mean diagonal of the Hessian that is added to it.</summary>
    [Option("fraction of the Hessian's mean diagonal that is added to it", Symbol = "percdamp")]
    [OptionRange(0, 1)]
    public double Damping { get; init; } = 0.01;

    /// <summary>Columns whose mask is chosen together and whose update to the rest is delayed.</summary>
    [Option("columns whose mask is chosen together", Symbol = "B")]
    [OptionRange(1, 65536)]
    public int BlockSize { get; init; } = 128;

    /// <summary>Bits of joint quantization; null for none.</summary>
    [Option("bits of joint quantization; none if left out", Symbol = "wbits")]
    [OptionRange(2, 8)]
    public int? Bits { get; init; }

    /// <summary>Symmetric quantization grid instead of min-max.</summary>
    [Option("symmetric quantization grid instead of min-max")]
    public bool Symmetric { get; init; }
}
