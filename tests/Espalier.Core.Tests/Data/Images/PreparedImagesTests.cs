using Espalier.Data;
using Xunit;

namespace Espalier.Core.Tests.Data.Images;

public sealed class PreparedImagesTests
{
    private static readonly ImageShape s_tiny = new(3, 2, 2);

    [Fact]
    public void Bytes_are_scaled_and_normalised_per_channel()
    {
        var set = PixelSet.Counting(s_tiny, 3);
        var batch = Fill(new PreparedImages(set, new ImagePreprocessing { Normalization = ImageNormalization.ImageNet }), 2, 0);
        double[] mean = [.485, .456, .406], deviation = [.229, .224, .225];
        var expected = new[] { 2, 0 }.SelectMany(image => Enumerable.Range(0, 12).Select(i => ((10 * image + i) / 255.0 - mean[i / 4]) / deviation[i / 4]));
        Assert.All(expected.Zip(batch), pair => Assert.Equal(pair.First, pair.Second, Tolerances.Normalized));
    }

    [Fact]
    public void Without_scaling_values_stay_and_blue_may_come_first()
    {
        var set = PixelSet.Counting(s_tiny, 1);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), Fill(new PreparedImages(set, ImagePreprocessing.None), 0));
        Assert.Equal([8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3], Fill(new PreparedImages(set, ImagePreprocessing.None with { Order = ChannelOrder.Bgr }), 0));
        // Means belong to red first, whatever the order.
        var raw = ImagePreprocessing.None with { Order = ChannelOrder.Bgr, Normalization = ImageNormalization.Parse("0,4,8/1,2,4") };
        Assert.Equal([0, 0.25f, 0.5f, 0.75f, 0, 0.5f, 1, 1.5f, 0, 1, 2, 3], Fill(new PreparedImages(set, raw), 0));
    }

    [Fact]
    public void Floats_must_be_scaled_already_or_left_alone()
    {
        var set = new PixelSet(new ImageShape(1, 1, 2), [[0, 1], [0.5f, 1.5f], [float.NaN, 0]], eightBit: false);
        var scaled = new PreparedImages(set, new ImagePreprocessing());
        Assert.Equal([0, 1], Fill(scaled, 0));
        Assert.Contains("pixels, image 1: it holds the float 1.5, but scaled images are expected in 0 to 1", Assert.Throws<UsageException>(() => Fill(scaled, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => Fill(scaled, 2));
        Assert.Equal([0.5f, 1.5f], Fill(new PreparedImages(set, ImagePreprocessing.None), 1));
    }

    [Fact]
    public void Channels_are_converted_on_request_only()
    {
        var colour = new PixelSet(new ImageShape(3, 1, 2), [[100, 0, 0, 100, 0, 0]]);
        Assert.Contains("the image has 3 channels, but the model's input has 1. Convert them: channels grey", Assert.Throws<UsageException>(() => new PreparedImages(colour, ImagePreprocessing.None, new ImageShape(1, 1, 2))).Message, StringComparison.Ordinal);
        Assert.Equal([29.9f, 58.7f], Fill(new PreparedImages(colour, ImagePreprocessing.None with { Channels = ChannelConversion.Grey }, new ImageShape(1, 1, 2)), 0));
        var grey = new PixelSet(new ImageShape(1, 1, 2), [[3, 4]]);
        Assert.Contains("the image has 1 channel, but the model's input has 3. Convert them: channels rgb", Assert.Throws<UsageException>(() => new PreparedImages(grey, ImagePreprocessing.None, new ImageShape(3, 1, 2))).Message, StringComparison.Ordinal);
        Assert.Equal([3, 4, 3, 4, 3, 4], Fill(new PreparedImages(grey, ImagePreprocessing.None with { Channels = ChannelConversion.Rgb }), 0));
        var alpha = new PixelSet(new ImageShape(4, 1, 1), [[1, 2, 3, 99]]);
        Assert.Equal([1, 2, 3], Fill(new PreparedImages(alpha, ImagePreprocessing.None with { Channels = ChannelConversion.Rgb }), 0));
        var greyAlpha = new PixelSet(new ImageShape(2, 1, 1), [[5, 99]]);
        Assert.Equal([5], Fill(new PreparedImages(greyAlpha, ImagePreprocessing.None with { Channels = ChannelConversion.Grey }), 0));
        Assert.Equal([5, 5, 5], Fill(new PreparedImages(greyAlpha, ImagePreprocessing.None with { Channels = ChannelConversion.Rgb }), 0));
    }

    [Fact]
    public void Options_that_do_not_fit_are_refused()
    {
        var set = PixelSet.Counting(s_tiny, 1);
        string Message(ImagePreprocessing options, ImageShape? input = null) => Assert.Throws<UsageException>(() => new PreparedImages(set, options, input)).Message;
        Assert.Contains("the image has 2 x 2 pixels (height x width), but the model's input has 4 x 5", Message(new(), new ImageShape(3, 4, 5)), StringComparison.Ordinal);
        Assert.Contains("the normalisation 'imagenet' has figures for 3 channels, but the input has 1", Message(new() { Channels = ChannelConversion.Grey, Normalization = ImageNormalization.ImageNet }), StringComparison.Ordinal);
        Assert.Contains("the order bgr needs 3 channels", Message(new() { Channels = ChannelConversion.Grey, Order = ChannelOrder.Bgr }), StringComparison.Ordinal);
        Assert.Contains("a shorter side of 1 pixels does not go with", Message(new() { Resize = ImageResize.CenterCrop, ShorterSide = 1 }), StringComparison.Ordinal);
        Assert.Contains("the input shape 3x0x2", Message(new(), new ImageShape(3, 0, 2)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData("CIFAR10", 3)]
    [InlineData("imagenet", 3)]
    [InlineData("0.5/0.25", 1)]
    public void Normalisations_are_known_by_name_or_figures(string text, int channels) => Assert.Equal(channels, ImageNormalization.Parse(text).Mean.Count);

    [Theory]
    [InlineData("cifar")]
    [InlineData("0.5,0.5/1")]
    [InlineData("0.5/0")]
    [InlineData("0.5/1/2")]
    [InlineData("NaN/1")]
    public void Other_normalisations_are_refused(string text) => Assert.Contains("Use none, imagenet, cifar10, or figures", Assert.Throws<UsageException>(() => ImageNormalization.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_padding_of_a_crop_is_black_before_the_normalisation()
    {
        var set = new PixelSet(new ImageShape(1, 4, 4), [[.. Enumerable.Repeat(255f, 16)]]);
        var prepared = new PreparedImages(set, new ImagePreprocessing { Normalization = ImageNormalization.Parse("0.5/0.25") });
        var seen = new HashSet<float>();
        for (var seed = 0; seed < 20; seed++) seen.UnionWith(Augmented(prepared, new ImageAugmentation { CropPadding = 2 }, seed));
        Assert.Equal([-2, 2], seen.Order());
    }

    [Fact]
    public void Augmentation_is_a_shift_and_a_mirror_and_repeats_with_its_seed()
    {
        var shape = new ImageShape(2, 5, 4);
        var set = new PixelSet(shape, [[.. Enumerable.Range(1, shape.Length).Select(i => (float)i)]]);
        var prepared = new PreparedImages(set, ImagePreprocessing.None);
        var augmentation = new ImageAugmentation { CropPadding = 2, HorizontalFlip = true };
        var seen = new HashSet<(int, int, bool)>();
        for (var seed = 0; seed < 400; seed++)
        {
            var result = Augmented(prepared, augmentation, seed);
            Assert.Equal(result, Augmented(prepared, augmentation, seed));
            var found = (from top in Enumerable.Range(-2, 5) from left in Enumerable.Range(-2, 5) from flip in (bool[])[false, true] where Shifted(shape, top, left, flip).SequenceEqual(result) select (top, left, flip)).ToArray();
            seen.Add(Assert.Single(found));
        }
        Assert.Equal(50, seen.Count); // 400 draws of 50: each is missed with probability 3e-4
    }

    // What a crop of the padded image is, by plain loops.
    private static float[] Shifted(ImageShape shape, int top, int left, bool flip) =>
        [.. from c in Enumerable.Range(0, shape.Channels) from y in Enumerable.Range(0, shape.Height) from x in Enumerable.Range(0, shape.Width)
            let row = y + top let column = (flip ? shape.Width - 1 - x : x) + left
            select row >= 0 && row < shape.Height && column >= 0 && column < shape.Width ? 1f + (c * shape.Height + row) * shape.Width + column : 0f];

    private static float[] Augmented(PreparedImages images, ImageAugmentation augmentation, long seed)
    {
        var batch = new float[images.Shape.Length];
        images.Fill([0], batch, augmentation, new SeededRandom(seed));
        return batch;
    }

    private static float[] Fill(PreparedImages images, params int[] indices)
    {
        var batch = new float[indices.Length * images.Shape.Length];
        images.Fill(indices, batch);
        return batch;
    }
}
