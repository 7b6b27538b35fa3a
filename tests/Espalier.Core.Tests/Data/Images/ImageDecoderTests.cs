using Espalier.Data;
using Xunit;

namespace Espalier.Core.Tests.Data.Images;

/// <summary>PNG by hand: what a row of bytes means follows from the specification.</summary>
public sealed class ImageDecoderTests
{
    [Theory]
    [InlineData(0, new byte[] { 10, 20, 30, 5, 6, 7 }, new byte[] { 10, 20, 30, 5, 6, 7 })]
    [InlineData(1, new byte[] { 10, 20, 250, 5, 6, 7 }, new byte[] { 10, 30, 24, 5, 11, 18 })]
    [InlineData(2, new byte[] { 10, 20, 30, 5, 6, 250 }, new byte[] { 10, 20, 30, 15, 26, 24 })]
    [InlineData(3, new byte[] { 10, 20, 30, 5, 6, 7 }, new byte[] { 10, 25, 42, 10, 23, 39 })]
    [InlineData(4, new byte[] { 10, 20, 30, 5, 6, 7 }, new byte[] { 10, 30, 60, 15, 36, 67 })]
    public void Filters_predict_from_left_and_above(byte filter, byte[] stored, byte[] expected) =>
        Assert.Equal(expected, Decode(ImageFiles.PngOf(8, 0, 2, 3, [filter, .. stored[..3], filter, .. stored[3..]])).Bytes);

    [Theory]
    [InlineData(1, new byte[] { 0b10110000 }, new byte[] { 255, 0, 255, 255 })]
    [InlineData(2, new byte[] { 0b00011011 }, new byte[] { 0, 85, 170, 255 })]
    [InlineData(4, new byte[] { 0x0F, 0x1E }, new byte[] { 0, 255, 17, 238 })]
    [InlineData(16, new byte[] { 1, 255, 2, 0, 255, 255, 0, 128 }, new byte[] { 1, 2, 255, 0 })]
    public void Grey_of_every_depth_spans_the_byte(int depth, byte[] row, byte[] expected) => Assert.Equal(expected, Decode(ImageFiles.PngOf(depth, 0, 1, 4, [0, .. row])).Bytes);

    [Fact]
    public void Palettes_become_colours_and_transparency_becomes_alpha()
    {
        byte[] palette = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        Assert.Equal((new ImageShape(3, 1, 2), "7 8 9 1 2 3"), Text(ImageFiles.PngOf(2, 3, 1, 2, [0, 0b10000000], 0, ("PLTE", palette))));
        Assert.Equal((new ImageShape(4, 1, 2), "7 8 9 255 1 2 3 50"), Text(ImageFiles.PngOf(2, 3, 1, 2, [0, 0b10000000], 0, ("PLTE", palette), ("tRNS", [50]))));
        Assert.Equal((new ImageShape(2, 1, 2), "5 255 6 0"), Text(ImageFiles.PngOf(8, 0, 1, 2, [0, 5, 6], 0, ("tRNS", [0, 6]))));
        Assert.Contains("a pixel lies outside its palette", Refusal(ImageFiles.PngOf(8, 3, 1, 1, [0, 4], 0, ("PLTE", palette))), StringComparison.Ordinal);
        Assert.Contains("it has no palette", Refusal(ImageFiles.PngOf(8, 3, 1, 1, [0, 0])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(3, 5)]
    [InlineData(1, 1)]
    [InlineData(9, 2)]
    public void Interlaced_images_come_out_whole(int height, int width)
    {
        // The passes as the specification draws them, one digit per pixel of an 8 x 8 tile.
        string[] tile = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];
        var rows = new List<byte>();
        for (var pass = '1'; pass <= '7'; pass++)
        {
            for (var y = 0; y < height; y++)
            {
                var row = Enumerable.Range(0, width).Where(x => tile[y % 8][x % 8] == pass).Select(x => (byte)(10 * y + x)).ToArray();
                if (row.Length > 0) rows.AddRange([0, .. row]);
            }
        }
        Assert.Equal(from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width) select (byte)(10 * y + x), Decode(ImageFiles.PngOf(8, 0, height, width, [.. rows], 1)).Bytes);
    }

    [Fact]
    public void Damage_is_found()
    {
        var good = ImageFiles.Png(1, 2, 2, [1, 2, 3, 4]);
        Assert.Contains("it is cut off", Refusal(good[..^1]), StringComparison.Ordinal);
        for (var at = 8; at < good.Length - 12; at++)
        {
            var bad = good.ToArray();
            bad[at] ^= 4;
            Assert.Contains("the image cannot be decoded", Refusal(bad), StringComparison.Ordinal);
        }
        Assert.Contains("its compressed pixels are damaged or cut off", Refusal(ImageFiles.Png(1, 3, 2, [1, 2, 3, 4])), StringComparison.Ordinal);
        Assert.Contains("its compressed pixels are damaged", Refusal(ImageFiles.PngOf(8, 0, 1, 1, [5, 0])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_progressive_JPEG_comes_out_as_it_was_drawn()
    {
        var (shape, bytes) = Decode(ImageFiles.ProgressiveJpeg);
        Assert.Equal(new ImageShape(3, 16, 16), shape);
        for (var i = 0; i < 256; i++)
        {
            Assert.Equal(20 + 10 * (i % 16), bytes[3 * i], Tolerances.JpegByte);
            Assert.Equal(20 + 10 * (i / 16), bytes[3 * i + 1], Tolerances.JpegByte);
            Assert.Equal(100, bytes[3 * i + 2], Tolerances.JpegByte);
        }
        Assert.Contains("it is cut off", Refusal(ImageFiles.ProgressiveJpeg[..^2]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FFD8FFD9", "it holds no pixels")]
    [InlineData("FFD8FFC0000B0800010001010111", "it is cut off")]
    [InlineData("FFD8FFC0000B080001000101011100FFD9", "it holds no pixels")]
    [InlineData("FFD8FFDA0002FFD9", "its pixels stand before its header")]
    [InlineData("FFD8FFC9000B080001000101011100FFD9", "arithmetic")]
    [InlineData("FFD8FFC0000B0C0001000101011100FFD9", "its samples have 12 bits")]
    [InlineData("FFD8FFC00014080001000104011100021100031100041100FFD9", "it has 4 components; grey and colour are decoded, CMYK is not")]
    [InlineData("FFD8FFC0000B080000000101011100FFD9", "its header is damaged")]
    [InlineData("FFD8FFC0000B08FFFFFFFF01011100FFD9", "it has 65535 x 65535 pixels, more than")]
    [InlineData("FFD8FFC0000B080800080001011100FFD9", "it claims 2048 x 2048 pixels in 17 bytes")]
    [InlineData("FFD8FFC0000B080001000101011100FFDA00080101000000003F00FF00AA", "it is cut off")]
    public void The_structure_of_a_JPEG_is_checked_before_it_is_decoded(string hex, string expected) => Assert.Contains(expected, Refusal(Convert.FromHexString(hex)), StringComparison.Ordinal);

    private static (ImageShape Shape, byte[] Bytes) Decode(byte[] file)
    {
        var image = new ImageBuffer();
        ImageDecoder.Decode(file, image, "file", "image");
        var (channels, plane) = (image.Shape.Channels, image.Shape.Height * image.Shape.Width);
        var values = image.Values.ToArray();
        return (image.Shape, [.. Enumerable.Range(0, values.Length).Select(i => (byte)values[i % channels * plane + i / channels])]);
    }

    private static (ImageShape Shape, string Bytes) Text(byte[] file)
    {
        var (shape, bytes) = Decode(file);
        return (shape, string.Join(' ', bytes));
    }

    private static string Refusal(byte[] file) => Assert.Throws<InvalidFileException>(() => Decode(file)).Message;
}
