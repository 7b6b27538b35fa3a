using System.IO.Compression;
using System.Runtime.InteropServices;
using Espalier.Core.Tests.Formats;
using Espalier.Data;
using Xunit;

namespace Espalier.Core.Tests.Data.Images;

public sealed class DataSourceTests : IDisposable
{
    // 2 x 2, colour, interleaved; and the same planar.
    private static readonly byte[] s_pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private static readonly float[] s_planar = [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_class_folders_gives_pixels_labels_and_names()
    {
        var root = Images("root", "dog/b.png", "cat/z.PNG", "dog/a.png", ".hidden/x.png", "notes.txt");
        Assert.Equal(ImageDataKind.ImageFolder, DataSource.Identify(root));
        using var set = Open(root);
        Assert.Equal((3, new ImageShape(3, 2, 2), 2, false), (set.Count, set.Shape, set.ClassCount, set.IsUniform));
        Assert.Equal(["cat", "dog"], set.ClassNames!);
        Assert.Equal([0, 1, 1], Labels(set));
        Assert.Equal(["'cat/z.PNG'", "'dog/a.png'", "'dog/b.png'"], Enumerable.Range(0, 3).Select(set.NameOf));
        Assert.Equal(s_planar, Read(set, 1));
    }

    [Fact]
    public void An_archive_gives_what_the_folder_gives()
    {
        var png = ImageFiles.Png(3, 2, 2, s_pixels);
        var zip = _folder.Write("images.bin", ImageFiles.Zip(CompressionLevel.Optimal, ("top/cat/a.png", png), ("__MACOSX/top/cat/a.png", [1]), ("top/ant/b.png", png)));
        Assert.Equal(ImageDataKind.ImageZip, DataSource.Identify(zip));
        using var set = Open(zip);
        Assert.Equal(["ant", "cat"], set.ClassNames!);
        Assert.Equal([0, 1], Labels(set));
        Assert.Equal(s_planar, Read(set, 1));
    }

    [Fact]
    public void One_folder_of_images_has_no_labels()
    {
        using var set = Open(Images("flat", "b.png", "a.png"));
        Assert.Equal((2, false, (int?)null), (set.Count, set.IsLabelled, set.ClassCount));
        Assert.Contains("the images have no labels", Assert.Throws<UsageException>(() => set.Label(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_chooses_a_folder_and_keeps_the_labels_of_all()
    {
        var root = Images("split", "train/cat/a.png", "train/dog/a.png", "test/dog/b.png");
        Assert.Contains("it has several parts: 'test', 'train'", Refusal<UsageException>(root), StringComparison.Ordinal);
        using var test = DataSource.OpenImages(new ImageRequest { Path = root, Split = "test" });
        Assert.Equal((1, 2, 1), (test.Count, test.ClassCount, test.Label(0)));
        Assert.Contains("no folder is called 'val'; there are 'cat', 'dog', 'test', 'train'", Refusal<UsageException>(root, "val"), StringComparison.Ordinal);
    }

    [Fact]
    public void Layouts_that_are_not_known_are_refused()
    {
        Assert.Contains("'a.png' and 'cat/b.png' lie at different depths", Refusal<UsageException>(Images("mixed", "a.png", "cat/b.png")), StringComparison.Ordinal);
        Assert.Contains("lies 2 folders deep", Refusal<UsageException>(Images("deep", "a/b/c.png", "d/e/f.png")), StringComparison.Ordinal);
        Assert.Contains("the image 'a/y.webp' is of a kind that is not decoded", Refusal<UsageException>(Images("webp", "a/x.png", "a/y.webp")), StringComparison.Ordinal);
        Assert.Contains("there are no PNG or JPEG files in it; there are 1 others, 'notes.txt' for one. Supported are: ", Refusal<UsageException>(Images("texts", "notes.txt")), StringComparison.Ordinal);
        Assert.Contains("there are no files in it", Refusal<UsageException>(Directory.CreateDirectory(_folder.File("empty")).FullName), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_is_damaged_or_none_is_named()
    {
        var root = Images("damaged", "a.png", "b.png");
        File.WriteAllBytes(Path.Combine(root, "b.png"), ImageFiles.Png(3, 2, 2, s_pixels)[..40]);
        using (var set = Open(root)) Assert.Contains("damaged, 'b.png': the image cannot be decoded", Assert.Throws<InvalidFileException>(() => Read(set, 1)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(root, "a.png"), "no image");
        Assert.Contains("'a.png': it is neither a PNG nor a JPEG image", Refusal<InvalidFileException>(root), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_claim_to_be_huge_are_refused_before_decoding()
    {
        Assert.Contains("it has 7938 x 7938 pixels, more than the 33554432", Refusal<InvalidFileException>(Write("huge/a.png", ImageFiles.Png(3, 7938, 7938, s_pixels))), StringComparison.Ordinal);
        Assert.Contains("it claims 4098 x 4098 pixels in", Refusal<InvalidFileException>(Write("large/a.png", ImageFiles.Png(3, 4098, 4098, s_pixels))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Channels_are_those_of_the_file(int channels)
    {
        var pixels = ImageFiles.Count(6 * channels);
        using var set = Open(Write($"channels{channels}/a.png", ImageFiles.Png(channels, 2, 3, pixels)));
        Assert.Equal(new ImageShape(channels, 2, 3), set.Shape);
        Assert.Equal(from c in Enumerable.Range(0, channels) from i in Enumerable.Range(0, 6) select (float)pixels[i * channels + c], Read(set, 0));
    }

    [Theory]
    [InlineData("(2, 2, 2, 3)", false)]
    [InlineData("(2, 3, 2, 2)", true)]
    public void An_NPZ_gives_images_of_either_layout(string shape, bool channelsFirst)
    {
        byte[] planar = [.. s_planar.Select(value => (byte)value)];
        var image = channelsFirst ? planar : s_pixels;
        byte[] data = [.. new byte[12], .. image];
        using var set = Open(Npz(("x", "|u1", shape, data), ("y", "<i8", "(2, 1)", MemoryMarshal.AsBytes<long>([4, 1]).ToArray())));
        Assert.Equal((2, new ImageShape(3, 2, 2), 5, true), (set.Count, set.Shape, set.ClassCount, set.IsEightBit));
        Assert.Equal([4, 1], Labels(set));
        Assert.Equal(s_planar, Read(set, 1));
    }

    [Fact]
    public void Arrays_of_floats_and_grey_images_and_named_splits_are_read()
    {
        var halves = MemoryMarshal.AsBytes<Half>([(Half)0.5f, (Half)1, (Half)0.25f, (Half)0]).ToArray();
        using (var set = Open(Npz(("arr_0", "<f2", "(1, 2, 2)", halves)))) Assert.Equal((new ImageShape(1, 2, 2), false, 0.25f), (set.Shape, set.IsEightBit, Read(set, 0)[2]));
        var splits = Npz(("x_train", "|u1", "(1, 1, 1)", [7]), ("y_train", "|u1", "(1,)", [3]), ("test_images", "|u1", "(1, 1, 1)", [8]), ("test_labels", "|u1", "(1,)", [2]));
        using (var train = DataSource.OpenImages(new ImageRequest { Path = splits, Split = "train" })) Assert.Equal((7f, 3), (Read(train, 0)[0], train.Label(0)));
        using (var test = DataSource.OpenImages(new ImageRequest { Path = splits, Split = "test" })) Assert.Equal((8f, 2), (Read(test, 0)[0], test.Label(0)));
        using (var named = DataSource.OpenImages(new ImageRequest { Path = splits, ImagesName = "x_train", LabelsName = "test_labels" })) Assert.Equal((7f, 2), (Read(named, 0)[0], named.Label(0)));
        Assert.Contains("it holds the arrays 'x_train', 'y_train', 'test_images', 'test_labels', but images are looked for as 'x', 'images', 'X'", Refusal<UsageException>(splits), StringComparison.Ordinal);
        var npy = _folder.Write("x.npy", ImageFiles.Npy("|u1", "(1, 1, 1, 2)", [5, 6]));
        using var alone = DataSource.OpenImages(new ImageRequest { Path = npy, Layout = ImageLayout.ChannelsFirst });
        Assert.Equal(new ImageShape(1, 1, 2), alone.Shape);
    }

    [Fact]
    public void Arrays_that_are_no_images_or_labels_are_refused()
    {
        Assert.Contains("does not tell whether channels stand first or last", Refusal<UsageException>(Npz(("x", "|u1", "(1, 3, 1, 3)", new byte[9]))), StringComparison.Ordinal);
        Assert.Contains("array 'x': its elements are I32", Refusal<InvalidFileException>(Npz(("x", "<i4", "(1, 1, 1)", new byte[4]))), StringComparison.Ordinal);
        Assert.Contains("array 'x': its shape is [1, 4]", Refusal<InvalidFileException>(Npz(("x", "|u1", "(1, 4)", new byte[4]))), StringComparison.Ordinal);
        Assert.Contains("array 'x': its shape is [0, 1, 1]", Refusal<InvalidFileException>(Npz(("x", "|u1", "(0, 1, 1)", []))), StringComparison.Ordinal);
        Assert.Contains("there are 1 images but 2 labels", Refusal<InvalidFileException>(Npz(("x", "|u1", "(1, 1, 1)", [0]), ("y", "|u1", "(2,)", [0, 1]))), StringComparison.Ordinal);
        Assert.Contains("the label -1 of image 0 is no class", Refusal<InvalidFileException>(Npz(("x", "|u1", "(1, 1, 1)", [0]), ("y", "|i1", "(1,)", [255]))), StringComparison.Ordinal);
        Assert.Contains("array 'y': its elements are F32, but labels are integers", Refusal<InvalidFileException>(Npz(("x", "|u1", "(1, 1, 1)", [0]), ("y", "<f4", "(1,)", new byte[4]))), StringComparison.Ordinal);
        Assert.Contains("array 'y': its shape is [1, 10], expected one label per image", Refusal<InvalidFileException>(Npz(("x", "|u1", "(1, 1, 1)", [0]), ("y", "|u1", "(1, 10)", new byte[10]))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(".gz", true)]
    public void An_IDX_pair_is_found_by_folder_or_file(string ending, bool gzip)
    {
        byte[] Pack(byte[] bytes) => gzip ? ImageFiles.Gzip(bytes) : bytes;
        var folder = Directory.CreateDirectory(_folder.File("idx")).FullName;
        foreach (var (split, first) in ((string, byte)[])[("train", 10), ("t10k", 20)])
        {
            File.WriteAllBytes(Path.Combine(folder, $"{split}-images-idx3-ubyte{ending}"), Pack(ImageFiles.Idx(8, [2, 1, 2], [0, 1, first, 255])));
            File.WriteAllBytes(Path.Combine(folder, $"{split}-labels-idx1-ubyte{ending}"), Pack(ImageFiles.Idx(8, [2], [9, (byte)(first / 10)])));
        }
        Assert.Equal(ImageDataKind.IdxFolder, DataSource.Identify(folder));
        Assert.Contains("of the splits 't10k', 'train'", Refusal<UsageException>(folder), StringComparison.Ordinal);
        Assert.Contains("there are no images of the split 'val'", Refusal<UsageException>(folder, "val"), StringComparison.Ordinal);
        using (var test = DataSource.OpenImages(new ImageRequest { Path = folder, Split = "test" }))
        {
            Assert.Equal((2, new ImageShape(1, 1, 2), 10), (test.Count, test.Shape, test.ClassCount));
            Assert.Equal([20, 255], Read(test, 1));
            Assert.Equal([9, 2], Labels(test));
        }
        var file = Path.Combine(folder, $"train-images-idx3-ubyte{ending}");
        Assert.Equal(ImageDataKind.IdxFile, DataSource.Identify(file));
        using (var train = Open(file)) Assert.Equal([9, 1], Labels(train));
        File.Delete(file.Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal));
        using (var alone = Open(file)) Assert.False(alone.IsLabelled);
    }

    [Fact]
    public void Damaged_IDX_files_are_refused()
    {
        string Message(byte[] bytes) => Refusal<InvalidFileException>(_folder.Write("images-idx3-ubyte", bytes));
        var good = ImageFiles.Idx(8, [2, 2, 2], new byte[8]);
        Assert.Contains("it is cut off", Message(good[..^1]), StringComparison.Ordinal);
        Assert.Contains("bytes follow the 8", Message([.. good, 0]), StringComparison.Ordinal);
        Assert.Contains("it claims 2147483647 x 2147483647 x 2147483647 bytes, more than the file can hold", Message(ImageFiles.Idx(8, [int.MaxValue, int.MaxValue, int.MaxValue], [])), StringComparison.Ordinal);
        Assert.Contains("it claims 1000 x 1000 x 1000 bytes", Message(ImageFiles.Gzip(ImageFiles.Idx(8, [1000, 1000, 1000], []))), StringComparison.Ordinal);
        Assert.Contains("axis 1 has the impossible size 0", Message(ImageFiles.Idx(8, [2, 0, 2], [])), StringComparison.Ordinal);
        Assert.Contains("its elements are of type 0x0D", Message(ImageFiles.Idx(13, [1, 1, 1], new byte[4])), StringComparison.Ordinal);
        Assert.Contains("it has 1 axes, but images have 3", Message(ImageFiles.Idx(8, [2], [1, 2])), StringComparison.Ordinal);
        Assert.Contains("its compressed content is damaged", Message([0x1F, 0x8B, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]), StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_is_the_same_for_a_seed_and_has_its_moments()
    {
        foreach (var (name, mean, deviation) in ((string, double, double)[])[("uniform", 0.5, Math.Sqrt(1 / 12.0)), ("normal", 0, 1)])
        {
            var request = new ImageRequest { Path = $"noise:{name}", NoiseShape = new ImageShape(3, 20, 20), NoiseCount = 50, Seed = 5 };
            using var set = DataSource.OpenImages(request);
            using var again = DataSource.OpenImages(request);
            Assert.Equal((50, new ImageShape(3, 20, 20), false), (set.Count, set.Shape, set.IsLabelled));
            Assert.Equal(Read(set, 7), Read(again, 7)); // without the seven before
            Assert.NotEqual(Read(set, 7), Read(set, 8));
            Assert.NotEqual(set.Hash(), DataSource.OpenImages(request with { Seed = 6 }).Hash());
            var values = Enumerable.Range(0, 50).SelectMany(i => Read(set, i)).Select(value => (double)value).ToArray();
            // 60,000 draws: five standard errors.
            Assert.Equal(mean, values.Average(), 5 * deviation / Math.Sqrt(values.Length));
            Assert.Equal(deviation, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), 5 * deviation / Math.Sqrt(values.Length));
            if (name == "uniform") Assert.All(values, value => Assert.InRange(value, 0, 0.99999999));
        }
        Assert.Contains("the shape of noise images is not known", Refusal<UsageException>("noise:uniform"), StringComparison.Ordinal);
        Assert.Contains("there is no such noise. Use noise:uniform or noise:normal", Refusal<UsageException>("noise:pink"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("some words\n", "it is a text file (.dat), which holds no images")]
    [InlineData("PAR1....", "it is a Parquet file")]
    [InlineData("", "it is an empty file")]
    [InlineData("\u000101\u000202", "it is a binary file of an unknown kind (it starts with 013031023032)")]
    public void Other_files_are_named_by_what_they_are(string content, string expected)
    {
        var path = _folder.Write("file.dat", System.Text.Encoding.Latin1.GetBytes(content));
        var message = Refusal<UsageException>(path);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("Supported are: a folder or ZIP of PNG or JPEG files", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_image_an_archive_without_images_and_nothing_at_all_are_named()
    {
        Assert.Contains("it is a single image, not a folder of them", Refusal<UsageException>(_folder.Write("a.png", ImageFiles.Png(1, 1, 1, [0]))), StringComparison.Ordinal);
        Assert.Contains("it is a ZIP archive of 1 files without images, 'a.txt' for one", Refusal<UsageException>(_folder.Write("a.zip", ImageFiles.Zip(CompressionLevel.Fastest, ("a.txt", [1])))), StringComparison.Ordinal);
        Assert.Contains("there is no such file or folder. Check the path. Supported are", Refusal<UsageException>(_folder.File("none")), StringComparison.Ordinal);
        Assert.Contains("there is nothing to choose from", Refusal<UsageException>(_folder.Write("x.npy", ImageFiles.Npy("|u1", "(1, 1, 1)", [0])), "train"), StringComparison.Ordinal);
    }

    private string Images(string root, params string[] names)
    {
        foreach (var name in names) Write($"{root}/{name}", ImageFiles.Png(3, 2, 2, s_pixels));
        return _folder.File(root);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return Path.GetDirectoryName(path)!;
    }

    private string Npz(params (string Name, string Descr, string Shape, byte[] Data)[] arrays) => _folder.Write($"{Guid.NewGuid():N}.npz",
        ImageFiles.Zip(CompressionLevel.Fastest, [.. arrays.Select(array => ($"{array.Name}.npy", ImageFiles.Npy(array.Descr, array.Shape, array.Data)))]));

    private static ImageSet Open(string path) => DataSource.OpenImages(new ImageRequest { Path = path });

    private static int[] Labels(ImageSet set) => [.. Enumerable.Range(0, set.Count).Select(set.Label)];

    private static float[] Read(ImageSet set, int index)
    {
        var image = new ImageBuffer();
        set.Read(index, image);
        return image.Values.ToArray();
    }

    private static string Refusal<T>(string path, string? split = null)
        where T : EspalierException => Assert.Throws<T>(() => DataSource.OpenImages(new ImageRequest { Path = path, Split = split })).Message;
}
