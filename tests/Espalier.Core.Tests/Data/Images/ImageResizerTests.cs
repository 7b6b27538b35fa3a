using Espalier.Data;
using Xunit;

namespace Espalier.Core.Tests.Data.Images;

public sealed class ImageResizerTests
{
    [Fact]
    public void Enlarging_by_two_interpolates_between_pixel_centres() =>
        Assert.Equal([0, 2, 6, 8], Resize([0, 8], new ImageShape(1, 1, 2), new ImageShape(1, 1, 4), ImageResize.Stretch));

    [Fact]
    public void Halving_weighs_four_pixels_by_a_triangle() =>
        // Output 0 has its centre at 1: pixels at 0.5, 1.5 weigh 3/4, 2.5 weighs 1/4, and -0.5 is outside.
        Assert.Equal([(0.75f * 7 + 0.75f * 14 + 0.25f * 28) / 1.75f, (0.25f * 14 + 0.75f * 28 + 0.75f * 35) / 1.75f],
            Resize([7, 14, 28, 35], new ImageShape(1, 1, 4), new ImageShape(1, 1, 2), ImageResize.Stretch), Near);

    [Theory]
    [InlineData(7, 5, 3, 9, ImageResize.Stretch, null)]
    [InlineData(5, 9, 4, 4, ImageResize.CenterCrop, null)]
    [InlineData(9, 5, 4, 4, ImageResize.CenterCrop, null)]
    [InlineData(5, 6, 9, 4, ImageResize.CenterCrop, null)]
    [InlineData(11, 8, 5, 5, ImageResize.CenterCrop, 6)]
    [InlineData(5, 5, 5, 5, ImageResize.CenterCrop, 8)]
    public void Any_resizing_is_that_of_a_plain_loop(int height, int width, int toHeight, int toWidth, ImageResize resize, int? side)
    {
        var random = new SeededRandom(3);
        var from = new ImageShape(2, height, width);
        float[] pixels = [.. Enumerable.Range(0, from.Length).Select(_ => (float)random.NextInt32(256))];
        var to = new ImageShape(2, toHeight, toWidth);
        var (wholeHeight, wholeWidth) = (toHeight, toWidth);
        if (resize == ImageResize.CenterCrop)
        {
            var scale = side is { } pixelsOfSide ? (double)pixelsOfSide / Math.Min(height, width) : Math.Max((double)toHeight / height, (double)toWidth / width);
            (wholeHeight, wholeWidth) = ((int)(height * scale + 1e-9), (int)(width * scale + 1e-9));
        }
        var (top, left) = ((int)Math.Round((wholeHeight - toHeight) / 2.0), (int)Math.Round((wholeWidth - toWidth) / 2.0));
        var expected = from c in Enumerable.Range(0, 2)
                       from y in Enumerable.Range(top, toHeight)
                       from x in Enumerable.Range(left, toWidth)
                       select Sample(pixels.AsSpan(c * height * width, height * width).ToArray(), height, width, (y + 0.5) * height / wholeHeight, (x + 0.5) * width / wholeWidth,
                           Math.Max(1, (double)height / wholeHeight), Math.Max(1, (double)width / wholeWidth));
        Assert.Equal(expected.Select(value => (float)value), Resize(pixels, from, to, resize, side), Near);
    }

    // Every pixel weighs by its distance, in both directions at once.
    private static double Sample(float[] plane, int height, int width, double centerY, double centerX, double reachY, double reachX)
    {
        var (sum, weights) = (0.0, 0.0);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var weight = Math.Max(0, 1 - Math.Abs(y + 0.5 - centerY) / reachY) * Math.Max(0, 1 - Math.Abs(x + 0.5 - centerX) / reachX);
                sum += weight * plane[y * width + x];
                weights += weight;
            }
        }
        return sum / weights;
    }

    private static bool Near(float expected, float actual) => Math.Abs(expected - actual) <= Tolerances.ResizedByte;

    private static float[] Resize(float[] pixels, ImageShape from, ImageShape to, ImageResize resize, int? side = null)
    {
        var prepared = new PreparedImages(new PixelSet(from, [pixels]), ImagePreprocessing.None with { Resize = resize, ShorterSide = side }, to);
        var result = new float[to.Length];
        prepared.Fill([0], result);
        return result;
    }
}
