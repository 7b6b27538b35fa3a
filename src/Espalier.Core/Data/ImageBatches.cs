namespace Espalier.Data;

/// <summary>How images become batches.</summary>
public sealed record ImageBatchOptions
{
    /// <summary>Images per batch, at least 1.</summary>
    public required int BatchSize { get; init; }

    /// <summary>A new random order in every epoch. False: the order of the set.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Leave out a last batch with fewer images.</summary>
    public bool DropLast { get; init; }

    /// <summary>Seed of orders and augmentation.</summary>
    public long Seed { get; init; }

    /// <summary>Random changes of the images; null for none.</summary>
    public ImageAugmentation? Augmentation { get; init; }
}

/// <summary>One batch. Its memory is used again for the next one.</summary>
/// <param name="Values">Values [n, channels, height, width].</param>
/// <param name="Indices">Place of each image in the set.</param>
/// <param name="Labels">Class of each image; null without labels.</param>
/// <param name="Epoch">Epoch, from 0.</param>
/// <param name="Position">Batch in the epoch, from 0.</param>
public sealed record ImageBatch(ReadOnlyMemory<float> Values, IReadOnlyList<int> Indices, IReadOnlyList<int>? Labels, int Epoch, int Position)
{
    /// <summary>Number of images.</summary>
    public int Count => Indices.Count;
}

/// <summary>
/// Batches of images, epoch after epoch. Order and augmentation of an image depend on the seed, the epoch and its position alone, not on what was read before:
/// <see cref="Seek"/> continues an interrupted run with the same bits.
/// </summary>
public sealed class ImageBatches
{
    private readonly ImageBatchOptions _options;
    private readonly PreparedImages _images;
    private readonly float[] _values;
    private int[] _order = [];
    private int _orderEpoch = -1;

    /// <summary>Creates an iterator before the first batch of epoch 0.</summary>
    /// <param name="images">Prepared images.</param>
    /// <param name="options">Size, order and augmentation.</param>
    /// <exception cref="UsageException">Batches are empty, or too large to be held.</exception>
    public ImageBatches(PreparedImages images, ImageBatchOptions options)
    {
        if (options.BatchSize < 1) throw new UsageException($"batches of {options.BatchSize} images are too small", "--batch-size", "Use at least 1");
        (_images, _options) = (images, options);
        BatchesPerEpoch = options.DropLast ? images.Count / options.BatchSize : (images.Count - 1) / options.BatchSize + 1;
        if (BatchesPerEpoch == 0) throw new UsageException($"{images.Count} images do not fill one batch of {options.BatchSize}, and incomplete batches are left out", "--batch-size", $"Use at most {images.Count}");
        var largest = (long)Math.Min(options.BatchSize, images.Count) * images.Shape.Length;
        if (largest > Array.MaxLength) throw new UsageException($"a batch of {options.BatchSize} images of {images.Shape} is too large", "--batch-size", "Use a smaller one");
        _values = new float[largest];
    }

    /// <summary>Batches of an epoch.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>Epoch of the next batch, from 0.</summary>
    public int Epoch { get; private set; }

    /// <summary>Place of the next batch in its epoch, from 0.</summary>
    public int Position { get; private set; }

    /// <summary>Goes to a batch.</summary>
    /// <param name="epoch">Epoch, from 0.</param>
    /// <param name="position">Batch in the epoch, below <see cref="BatchesPerEpoch"/>.</param>
    public void Seek(int epoch, int position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, BatchesPerEpoch);
        (Epoch, Position) = (epoch, position);
    }

    /// <summary>Reads the next batch. Has no end: after an epoch comes the next.</summary>
    /// <exception cref="EspalierException">An image is damaged, or does not fit the input.</exception>
    public ImageBatch Next()
    {
        var start = Position * _options.BatchSize;
        var indices = Order(Epoch).AsSpan(start, Math.Min(_options.BatchSize, _images.Count - start)).ToArray();
        var length = _images.Shape.Length;
        for (var i = 0; i < indices.Length; i++)
        {
            var target = _values.AsSpan(i * length, length);
            if (_options.Augmentation is null) _images.Fill(indices.AsSpan(i, 1), target);
            else _images.Fill(indices.AsSpan(i, 1), target, _options.Augmentation, SeedDerivation.Create(_options.Seed, Epoch, 1L + start + i));
        }
        int[]? labels = _images.Images.IsLabelled ? Array.ConvertAll(indices, _images.Images.Label) : null;
        var batch = new ImageBatch(_values.AsMemory(0, indices.Length * length), indices, labels, Epoch, Position);
        (Epoch, Position) = Position + 1 < BatchesPerEpoch ? (Epoch, Position + 1) : (Epoch + 1, 0);
        return batch;
    }

    // Part 0 of an epoch is its order, the parts from 1 on are the positions of its images.
    private int[] Order(int epoch)
    {
        if (_orderEpoch == epoch) return _order;
        if (_options.Shuffle) _order = SeedDerivation.Create(_options.Seed, epoch, 0).Distinct(_images.Count, _images.Count);
        else if (_order.Length == 0) _order = [.. Enumerable.Range(0, _images.Count)];
        _orderEpoch = epoch;
        return _order;
    }
}
