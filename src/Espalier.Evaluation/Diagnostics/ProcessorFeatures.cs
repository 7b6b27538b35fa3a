namespace Espalier.Evaluation.Diagnostics;

/// <summary>Vector instructions as the .NET runtime sees them: present in the processor, allowed by the system and not switched off.</summary>
public sealed record ProcessorFeatures
{
    /// <summary>256-bit integer vectors (x64).</summary>
    public bool Avx2 { get; init; }

    /// <summary>Fused multiply-add (x64).</summary>
    public bool Fma { get; init; }

    /// <summary>512-bit vectors (x64).</summary>
    public bool Avx512F { get; init; }

    /// <summary>512-bit vectors of bytes and words (x64).</summary>
    public bool Avx512BW { get; init; }

    /// <summary>Compress and expand of bytes and words (x64).</summary>
    public bool Avx512Vbmi2 { get; init; }

    /// <summary>128-bit vectors of ARM processors.</summary>
    public bool AdvSimd { get; init; }

    /// <summary>What <c>Vector512.IsHardwareAccelerated</c> says; false on some processors whose clock drops under 512-bit work.</summary>
    public bool Vector512IsAccelerated { get; init; }
}
