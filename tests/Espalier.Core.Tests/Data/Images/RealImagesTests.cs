using System.IO.Compression;
using Espalier.Data;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Data.Images;

public sealed class RealImagesTests
{
    private const string FashionMnist = "/usr/share/datasets/fashion-mnist";

    // torchvision's users publish these for the 10,000 test images of CIFAR-10.
    private static readonly double[] s_cifarTestMean = [0.4942, 0.4851, 0.4504], s_cifarTestDeviation = [0.2467, 0.2429, 0.2616];

    [Fact]
    public void The_CIFAR_arrays_are_those_of_the_archive()
    {
        var path = SharedData.Require("images", "cifar10_lossless_train4000.npz");
        using var set = DataSource.OpenImages(new ImageRequest { Path = path });
        Assert.Equal((4000, new ImageShape(3, 32, 32), 10), (set.Count, set.Shape, set.ClassCount));
        using var archive = ZipFile.OpenRead(path);
        var (x, y) = (Entry(archive, "x.npy"), Entry(archive, "y.npy"));
        var image = new ImageBuffer();
        foreach (var index in (int[])[0, 1234, 3999])
        {
            set.Read(index, image);
            var start = 128 + index * 3072;
            Assert.Equal(from c in Enumerable.Range(0, 3) from i in Enumerable.Range(0, 1024) select (float)x[start + i * 3 + c], image.Values.ToArray());
            Assert.Equal(y[128 + index], set.Label(index));
        }
    }

    [Fact]
    public void The_CIFAR_test_photographs_have_the_published_statistics()
    {
        using var set = DataSource.OpenImages(new ImageRequest { Path = SharedData.Require("images", "cifar10_test_jpg.zip") });
        Assert.Equal((10_000, new ImageShape(3, 32, 32), 10), (set.Count, set.Shape, set.ClassCount));
        Assert.Equal(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], set.ClassNames!);
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(1000, Enumerable.Range(0, set.Count).Count(i => set.Label(i) == label)));
        var batches = new ImageBatches(new PreparedImages(set, new ImagePreprocessing()), new ImageBatchOptions { BatchSize = 500 });
        var (sum, squares) = (new double[3], new double[3]);
        for (var b = 0; b < batches.BatchesPerEpoch; b++)
        {
            var values = batches.Next().Values.Span;
            for (var i = 0; i < values.Length; i++)
            {
                sum[i / 1024 % 3] += values[i];
                squares[i / 1024 % 3] += values[i] * values[i];
            }
        }
        for (var c = 0; c < 3; c++)
        {
            var mean = sum[c] / (10_000 * 1024);
            Assert.Equal(s_cifarTestMean[c], mean, Tolerances.JpegMean);
            Assert.Equal(s_cifarTestDeviation[c], Math.Sqrt(squares[c] / (10_000 * 1024) - mean * mean), Tolerances.JpegDeviation);
        }
    }

    [Fact]
    public void Sign_language_photographs_are_resized_to_an_input()
    {
        using var set = DataSource.OpenImages(new ImageRequest { Path = SharedData.Require("images", "sign_language_digits_jpg.zip") });
        Assert.Equal((10, "0", "9"), (set.ClassCount, set.ClassNames![0], set.ClassNames[9]));
        Assert.Equal(205, Enumerable.Range(0, set.Count).Count(i => set.Label(i) == 0));
        var images = new PreparedImages(set, new ImagePreprocessing { Resize = ImageResize.CenterCrop, ShorterSide = 40, Normalization = ImageNormalization.ImageNet }, new ImageShape(3, 32, 32));
        var batch = new float[64 * images.Shape.Length];
        images.Fill(new SeededRandom(1).Distinct(64, set.Count), batch);
        // Photographs of hands on a light ground: within the range of normalised values, neither black nor white nor constant.
        Assert.All(batch, value => Assert.InRange(value, -2.2f, 2.7f));
        Assert.InRange(batch.Max() - batch.Min(), 2, 5);
    }

    [Theory]
    [InlineData("train", 60_000)]
    [InlineData("test", 10_000)]
    public void Fashion_MNIST_has_the_published_statistics(string split, int count)
    {
        Assert.SkipUnless(Directory.Exists(FashionMnist), $"The Debian package dataset-fashion-mnist is not installed: there is no {FashionMnist}.");
        using var set = DataSource.OpenImages(new ImageRequest { Path = FashionMnist, Split = split });
        Assert.Equal((count, new ImageShape(1, 28, 28), 10), (set.Count, set.Shape, set.ClassCount));
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(count / 10, Enumerable.Range(0, count).Count(i => set.Label(i) == label)));
        if (split == "train") Assert.Equal([9, 0, 0, 3], Enumerable.Range(0, 4).Select(set.Label)); // ankle boot, T-shirt, T-shirt, dress
        var images = new PreparedImages(set, new ImagePreprocessing());
        var batch = new float[1000 * 784];
        images.Fill([.. Enumerable.Range(0, 1000)], batch);
        Assert.Equal(0.2860, batch.Average(value => (double)value), 0.01); // of the whole training part; its first thousand are a sample
    }

    private static byte[] Entry(ZipArchive archive, string name)
    {
        using var copy = new MemoryStream();
        using (var stream = archive.GetEntry(name)!.Open()) stream.CopyTo(copy);
        return copy.ToArray();
    }
}
