using Espalier.Data;
using Xunit;

namespace Espalier.Core.Tests.Data.Images;

public sealed class ImageBatchesTests
{
    private static readonly ImageBatchOptions s_training = new()
    {
        BatchSize = 4,
        Shuffle = true,
        Seed = 11,
        Augmentation = new ImageAugmentation { CropPadding = 1, HorizontalFlip = true },
    };

    [Fact]
    public void Every_epoch_has_each_image_once_in_an_order_of_its_own()
    {
        var batches = Create(s_training);
        Assert.Equal(3, batches.BatchesPerEpoch);
        var epochs = Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 3).SelectMany(_ => batches.Next().Indices).ToArray()).ToArray();
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 10), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.NotEqual(epochs[1], epochs[2]);
        Assert.Equal((3, 0), (batches.Epoch, batches.Position));
    }

    [Fact]
    public void Without_shuffling_the_order_is_that_of_the_set_and_labels_go_along()
    {
        var batches = Create(new ImageBatchOptions { BatchSize = 4 });
        var (first, second) = (batches.Next(), batches.Next());
        var last = batches.Next();
        Assert.Equal([0, 1, 2, 3], first.Indices);
        Assert.Equal([4 % 3, 5 % 3, 6 % 3, 7 % 3], second.Labels!);
        Assert.Equal([8, 9], last.Indices);
        Assert.Equal((2, 0, 2), (last.Count, last.Epoch, last.Position));
        Assert.Equal(Enumerable.Range(80, 9).Concat(Enumerable.Range(90, 9)).Select(value => value / 255f), last.Values.ToArray());
        Assert.Equal((1, 0), (batches.Next().Epoch, 0));
    }

    [Fact]
    public void An_incomplete_batch_can_be_left_out()
    {
        var batches = Create(s_training with { DropLast = true });
        Assert.Equal(2, batches.BatchesPerEpoch);
        Assert.All(Enumerable.Range(0, 6), _ => Assert.Equal(4, batches.Next().Count));
        Assert.Equal((3, 0), (batches.Epoch, batches.Position));
    }

    [Fact]
    public void A_run_that_is_continued_has_the_same_bits()
    {
        var whole = Create(s_training);
        var expected = Enumerable.Range(0, 9).Select(_ => Copy(whole.Next())).ToArray();
        for (var cut = 0; cut < expected.Length; cut++)
        {
            var continued = Create(s_training);
            continued.Seek(cut / 3, cut % 3);
            for (var i = cut; i < expected.Length; i++) Assert.Equal(expected[i], Copy(continued.Next()));
        }
        Assert.NotEqual(expected[0].Values, Copy(Create(s_training with { Seed = 12 }).Next()).Values);
    }

    [Fact]
    public void Images_get_the_same_changes_in_batches_of_any_size()
    {
        var (small, large) = (Create(s_training with { BatchSize = 1 }), Create(s_training with { BatchSize = 10 }));
        var all = large.Next().Values.ToArray();
        Assert.Equal(all, Enumerable.Range(0, 10).SelectMany(_ => small.Next().Values.ToArray()));
    }

    [Fact]
    public void Sizes_that_give_no_batches_are_refused()
    {
        Assert.Contains("batches of 0 images", Assert.Throws<UsageException>(() => Create(s_training with { BatchSize = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("10 images do not fill one batch of 11", Assert.Throws<UsageException>(() => Create(s_training with { BatchSize = 11, DropLast = true })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(s_training).Seek(0, 3));
    }

    private static ImageBatches Create(ImageBatchOptions options) => new(new PreparedImages(PixelSet.Counting(new ImageShape(1, 3, 3), 10), new ImagePreprocessing()), options);

    private static (string Indices, string Values, string Labels) Copy(ImageBatch batch) =>
        (string.Join(' ', batch.Indices), string.Join(' ', batch.Values.ToArray()), string.Join(' ', batch.Labels!) + $" {batch.Epoch} {batch.Position}");
}
