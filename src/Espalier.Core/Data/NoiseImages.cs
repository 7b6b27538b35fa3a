using System.Security.Cryptography;
using System.Text;

namespace Espalier.Data;

/// <summary>Distribution of noise.</summary>
public enum NoiseKind
{
    /// <summary>Uniform in [0, 1).</summary>
    Uniform,

    /// <summary>Normal with mean 0 and deviation 1.</summary>
    Normal,
}

/// <summary>
/// Images of independent noise, for calibration without data. Image i depends on seed and i only. They are floats: give them to a model with
/// <see cref="ImagePreprocessing.None"/>, or normalise uniform ones as pictures are.
/// </summary>
public sealed class NoiseImages : ImageSet
{
    private readonly NoiseKind _kind;
    private readonly long _seed;

    /// <summary>Creates a set; nothing is drawn before it is read.</summary>
    /// <param name="shape">Shape of every image.</param>
    /// <param name="count">Number of images, at least 1.</param>
    /// <param name="kind">Distribution of every value.</param>
    /// <param name="seed">Seed of all draws.</param>
    public NoiseImages(ImageShape shape, int count, NoiseKind kind, long seed)
        : base($"noise:{(kind == NoiseKind.Uniform ? "uniform" : "normal")}", Check(shape, count), shape, null) => (_kind, _seed) = (kind, seed);

    /// <inheritdoc/>
    public override bool IsEightBit => false;

    /// <inheritdoc/>
    public override void Read(int index, ImageBuffer image)
    {
        var random = SeedDerivation.Create(_seed, index, 0);
        var values = image.Reset(Shape);
        for (var i = 0; i < values.Length; i++) values[i] = _kind == NoiseKind.Normal ? (float)random.NextNormal() : MathF.Min((float)random.NextDouble(), MathF.BitDecrement(1));
    }

    /// <summary>Hash of the description, which determines the images.</summary>
    public override string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{Origin}:{Count}x{Shape}:{_seed}")));

    private static int Check(ImageShape shape, int count)
    {
        if (count < 1) throw new UsageException($"{count} noise images are too few", "noise", "Use at least 1");
        if (shape.Channels < 1 || shape.Height < 1 || shape.Width < 1) throw new UsageException($"the shape {shape} has an axis without elements", "noise", "Use sizes of at least 1");
        if ((long)shape.Height * shape.Width * shape.Channels > 4L * ImageShape.MaxPixels) throw new UsageException($"the shape {shape} is too large", "noise", "Use a smaller shape");
        return count;
    }
}
