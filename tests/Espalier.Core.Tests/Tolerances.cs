namespace Espalier.Core.Tests;

/// <summary>All tolerances of the numeric tests, with the reason for each.</summary>
internal static class Tolerances
{
    /// <summary>A float32 product against a double loop, relative to the sum of the absolute terms: a few rounding steps of 6e-8
    /// each.</summary>
    public const double Product = 2e-6;

    /// <summary>R R^T against H in float32, relative to the largest element: some hundred terms are summed per element.</summary>
    public const double Factor = 3e-6;

    /// <summary>The loss against the official float32 code, relative: six digits, as many as its own sum has.</summary>
    public const double OfficialLoss = 1e-6;

    /// <summary>
    /// Weights against the official float32 code: norm of the difference over the norm of the weights. The README of the golden layers
    /// gives the same
    /// bound between the official code and double arithmetic.
    /// </summary>
    public const double OfficialWeights = 1e-5;

    /// <summary>Entries of the one mask that changes with the kernels of the official library itself: synthetic layer, 2:4 (38 of 65536
    /// there).</summary>
    public const int UnstableMaskEntries = 40;

    /// <summary>Float32 results against the same algorithm in double, relative.</summary>
    public const double Single = 1e-4;

    /// <summary>Identities that hold exactly, checked in double.</summary>
    public const double Double = 1e-9;

    /// <summary>Sums of some hundred terms in double against the same sums in another order, relative to the largest result.</summary>
    public const double DoubleSum = 1e-12;

    /// <summary>Solutions of ill-conditioned systems in double by two routes (iteration and elimination, normal equations and singular values), relative.</summary>
    public const double DoubleSolve = 1e-8;

    /// <summary>Figures that a paper or a note prints with six decimals.</summary>
    public const double SixDecimals = 1e-6;

    /// <summary>Coefficients of a LASSO that the official code solves to a duality gap of 1e-4, relative to the largest: within 2 % on the recorded layers.</summary>
    public const double OfficialLasso = 2e-2;

    /// <summary>Least squares on targets that the official code sums in float32, relative.</summary>
    public const double OfficialFloatTarget = 1e-6;

    /// <summary>A normalised pixel against double arithmetic: three float32 roundings of values up to 3.</summary>
    public const double Normalized = 1e-6;

    /// <summary>A resized pixel of 0 to 255 against double arithmetic: a few float32 roundings of 1.5e-5 each.</summary>
    public const double ResizedByte = 2e-4;

    /// <summary>Mean of JPEG pixels of 0 to 1 against that of the images before compression: rounding of the blocks' means cancels over many.</summary>
    public const double JpegMean = 2e-3;

    /// <summary>Deviation of the same: strong compression smooths, so it falls a little.</summary>
    public const double JpegDeviation = 6e-3;

    /// <summary>A pixel of a smooth picture after JPEG at quality 75, whose coarsest quantisation step here is 10 to 20.</summary>
    public const double JpegByte = 12;

    /// <summary>Scores of channels against the peer's float32 sums over up to some hundred weights, relative to the largest score.</summary>
    public const double PeerScore = 2e-6;
}
