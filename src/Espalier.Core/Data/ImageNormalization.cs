using System.Globalization;

namespace Espalier.Data;

/// <summary>Mean and deviation that are taken out of every channel: (value - mean) / deviation.</summary>
public sealed record ImageNormalization
{
    private const string Remedy = "Use none, imagenet, cifar10, or figures such as 0.5,0.5,0.5/0.25,0.25,0.25 (means/deviations, red first)";
    private static readonly float[] s_imageNetMean = [0.485f, 0.456f, 0.406f], s_imageNetDeviation = [0.229f, 0.224f, 0.225f];

    /// <summary>Creates a normalisation.</summary>
    /// <param name="name">Name for reports.</param>
    /// <param name="mean">A mean per channel, red first, in the units of the values: 0 to 1 when they are scaled. None: nothing is done.</param>
    /// <param name="deviation">As many deviations, above 0.</param>
    /// <exception cref="UsageException">The figures do not belong together.</exception>
    public ImageNormalization(string name, IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        if (mean.Count != deviation.Count) throw new UsageException($"there are {mean.Count} means but {deviation.Count} deviations", $"normalisation '{name}'", Remedy);
        if (!mean.All(float.IsFinite) || !deviation.All(d => float.IsFinite(d) && d > 0)) throw new UsageException("means must be finite, and deviations above 0", $"normalisation '{name}'", Remedy);
        (Name, Mean, Deviation) = (name, [.. mean], [.. deviation]);
    }

    /// <summary>No normalisation.</summary>
    public static ImageNormalization None { get; } = new("none", [], []);

    /// <summary>Mean and deviation of ImageNet, which most models of photographs are trained with.</summary>
    public static ImageNormalization ImageNet { get; } = new("imagenet", s_imageNetMean, s_imageNetDeviation);

    /// <summary>What the widespread CIFAR ResNets are trained with: the figures of ImageNet, not the statistics of CIFAR-10.</summary>
    public static ImageNormalization Cifar10 { get; } = new("cifar10", s_imageNetMean, s_imageNetDeviation);

    /// <summary>Name for reports.</summary>
    public string Name { get; }

    /// <summary>Mean per channel, red first; empty for none.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Deviation per channel, red first; empty for none.</summary>
    public IReadOnlyList<float> Deviation { get; }

    /// <summary>A normalisation from its name or its figures (<c>means/deviations</c>, separated by commas).</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static ImageNormalization Parse(string text)
    {
        if (new[] { None, ImageNet, Cifar10 }.FirstOrDefault(known => known.Name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } named) return named;
        var parts = text.Split('/').Select(part => part.Split(',').Select(Number).ToArray()).ToArray();
        return parts.Length == 2 && parts.All(part => part.All(number => number is not null))
            ? new ImageNormalization(text, [.. parts[0].Select(number => number!.Value)], [.. parts[1].Select(number => number!.Value)])
            : throw new UsageException($"'{text}' is no normalisation", "normalisation", Remedy);
    }

    private static float? Number(string text) => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
