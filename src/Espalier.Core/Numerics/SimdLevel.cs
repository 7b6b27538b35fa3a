using System.Runtime.Intrinsics;

namespace Espalier.Numerics;

/// <summary>The vector width that the kernels use; each level gives the same results up to rounding.</summary>
internal enum SimdLevel
{
    /// <summary>One float at a time; runs everywhere.</summary>
    Scalar = 1,

    /// <summary>Four floats (SSE, NEON).</summary>
    Vector128 = 4,

    /// <summary>Eight floats (AVX2 with FMA).</summary>
    Vector256 = 8,

    /// <summary>Sixteen floats (AVX-512).</summary>
    Vector512 = 16,
}

/// <summary>What this processor offers.</summary>
internal static class SimdSupport
{
    /// <summary>The widest level with hardware support.</summary>
    public static SimdLevel Best { get; } =
        Vector512.IsHardwareAccelerated ? SimdLevel.Vector512
        : Vector256.IsHardwareAccelerated ? SimdLevel.Vector256
        : Vector128.IsHardwareAccelerated ? SimdLevel.Vector128
        : SimdLevel.Scalar;
}
