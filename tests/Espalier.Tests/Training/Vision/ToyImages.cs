using Espalier.Data;

namespace Espalier.Tests.Training.Vision;

/// <summary>Small colour images that a tiny network can tell apart: every class brightens another place, under noise.</summary>
internal sealed class ToyImages(int count, int classes = 3, bool labelled = true)
    : ImageSet("toy", count, new ImageShape(3, 6, 6), labelled ? [.. Enumerable.Range(0, count).Select(i => i % classes)] : null)
{
    public override void Read(int index, ImageBuffer image)
    {
        var random = new SeededRandom(index);
        var values = image.Reset(Shape);
        for (var i = 0; i < values.Length; i++) values[i] = random.NextInt32(120);
        var (channel, row) = (index % classes % 3, 2 * (index % classes));
        for (var x = 0; x < 6; x++) values[(channel * 36) + (row * 6) + x] += 100;
    }

    public override string Hash() => $"toy-{Count}";

    public static PreparedImages Prepared(int count, int classes = 3) => new(new ToyImages(count, classes), new ImagePreprocessing());
}
