using Espalier.Data;

namespace Espalier.Core.Tests.Data.Images;

/// <summary>Images in memory, values as given.</summary>
internal sealed class PixelSet(ImageShape shape, float[][] images, bool eightBit = true, int[]? labels = null) : ImageSet("pixels", images.Length, shape, labels)
{
    public override bool IsEightBit => eightBit;

    public override void Read(int index, ImageBuffer image) => images[index].CopyTo(image.Reset(Shape));

    public override string Hash() => "";

    /// <summary>Image i holds 10 i, 10 i + 1, ...</summary>
    public static PixelSet Counting(ImageShape shape, int count) =>
        new(shape, [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(10 * i, shape.Length).Select(v => (float)v).ToArray())], labels: [.. Enumerable.Range(0, count).Select(i => i % 3)]);
}
