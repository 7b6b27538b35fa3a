using System.IO.Compression;
using Espalier.Core.Tests.Data.Images;
using Espalier.Data;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Formats;

/// <summary>Damaged image data of every kind, opened as the command line opens them.</summary>
[Collection(nameof(FuzzCollection))]
public sealed class ImageFuzz(ITestOutputHelper output)
{
    private static byte[] Png => ImageFiles.Png(3, 9, 11, ImageFiles.Count(297));

    [Fact]
    public void Idx()
    {
        var images = ImageFiles.Idx(8, [4, 5, 3], ImageFiles.Count(60));
        Check(FuzzRunner.Run([images, ImageFiles.Gzip(images)], path => ReadAll(path), 3000, seed: 30, "images-idx3-ubyte",
            new Dictionary<string, byte[]> { ["labels-idx1-ubyte"] = ImageFiles.Idx(8, [4], [0, 1, 2, 3]) }));
        var labels = ImageFiles.Idx(8, [4], [0, 1, 2, 3]);
        Check(FuzzRunner.Run([labels, ImageFiles.Gzip(labels)], path => ReadAll(path.Replace("labels-idx1", "images-idx3", StringComparison.Ordinal)), 1500, seed: 31, "labels-idx1-ubyte",
            new Dictionary<string, byte[]> { ["images-idx3-ubyte"] = images }));
    }

    [Fact]
    public void Arrays()
    {
        static byte[] Archive(CompressionLevel level) => ImageFiles.Zip(level, ("x.npy", ImageFiles.Npy("|u1", "(3, 4, 5, 3)", ImageFiles.Count(180))), ("y.npy", ImageFiles.Npy("<i4", "(3,)", new byte[12])));
        Check(FuzzRunner.Run([Archive(CompressionLevel.Optimal), Archive(CompressionLevel.NoCompression)], path => ReadAll(path), 2000, seed: 32, "x.npz"));
    }

    [Fact]
    public void Png_images()
    {
        var palette = ImageFiles.PngOf(2, 3, 5, 5, [.. Enumerable.Repeat<byte[]>([1, 0x1B], 9).SelectMany(row => row), 1, 0x1B, 0, 2, 0x1B, 0], 1, ("PLTE", ImageFiles.Count(12)), ("tRNS", [0, 9]));
        var seeds = new[] { Png, ImageFiles.Png(4, 3, 3, ImageFiles.Count(36)), ImageFiles.PngOf(16, 0, 2, 2, [4, 1, 2, 3, 4, 3, 5, 6, 7, 8], 0, ("tRNS", [1, 2])), palette };
        Check(FuzzRunner.Run(seeds, path =>
        {
            var bytes = File.ReadAllBytes(path);
            ImageFiles.RepairChecksums(bytes);
            File.WriteAllBytes(path, bytes);
            ReadAll(Path.GetDirectoryName(path)!);
        }, 4000, seed: 33, "a.png"));
    }

    [Fact]
    public void Progressive_jpeg_images() => Check(FuzzRunner.Run([ImageFiles.ProgressiveJpeg], path => ReadAll(Path.GetDirectoryName(path)!), 4000, seed: 36, "a.jpg"));

    [Fact]
    public void Baseline_jpeg_images()
    {
        using var archive = ZipFile.OpenRead(SharedData.Require("images", "cifar10_test_jpg.zip"));
        var seeds = archive.Entries.Where(entry => entry.Length > 0).Take(3).Select(Content).ToArray();
        Check(FuzzRunner.Run(seeds, path => ReadAll(Path.GetDirectoryName(path)!), 4000, seed: 34, "a.jpg"));
    }

    [Fact]
    public void Archives_of_images() => Check(FuzzRunner.Run(
        [ImageFiles.Zip(CompressionLevel.Optimal, ("a/x.png", Png), ("b/y.png", Png)), ImageFiles.Zip(CompressionLevel.NoCompression, ("a/x.png", Png), ("b/y.png", Png))],
        path => ReadAll(path), 3000, seed: 35, "images.zip"));

    private static void ReadAll(string path)
    {
        using var set = DataSource.OpenImages(new ImageRequest { Path = path });
        var image = new ImageBuffer();
        for (var i = 0; i < Math.Min(set.Count, 8); i++) set.Read(i, image);
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using var copy = new MemoryStream();
        using (var stream = entry.Open()) stream.CopyTo(copy);
        return copy.ToArray();
    }

    private void Check((int Opened, int Refused) result)
    {
        output.WriteLine($"{result.Opened} opened, {result.Refused} refused");
        Assert.True(result.Opened > 50 && result.Refused > 50, $"{result}: the damage is too weak or too strong to mean anything");
    }
}
