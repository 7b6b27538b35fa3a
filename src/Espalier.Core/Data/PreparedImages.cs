namespace Espalier.Data;

/// <summary>
/// A set of images as inputs of one model: every image has the same shape. Does not own the set. Not for several threads; each may have its own over a set of
/// its own.
/// </summary>
public sealed class PreparedImages
{
    private readonly ImagePreprocessing _options;
    private readonly ImageBuffer _stored = new(), _converted = new(), _sized = new();
    private readonly ImageResizer _resizer = new();

    /// <summary>Prepares a set.</summary>
    /// <param name="images">The stored images.</param>
    /// <param name="options">What to do with them.</param>
    /// <param name="input">Shape of the model's input; null: the shape that the images have after the conversion of channels.</param>
    /// <exception cref="UsageException">Images and input do not fit, and the options do not say how to make them fit.</exception>
    public PreparedImages(ImageSet images, ImagePreprocessing options, ImageShape? input = null)
    {
        (Images, _options) = (images, options);
        Shape = input ?? images.Shape with { Channels = ImageChannels.Count(options.Channels, images.Shape.Channels) };
        if (Shape.Channels < 1 || Shape.Height < 1 || Shape.Width < 1) throw new UsageException($"the input shape {Shape} has an axis without elements", null, "Use sizes of at least 1");
        if (Shape.Channels * (long)Shape.Height * Shape.Width > 4L * ImageShape.MaxPixels) throw new UsageException($"the input shape {Shape} is too large", null, "Use a smaller input");
        CheckChannels(images.Shape, images.IsUniform ? null : images.NameOf(0));
        if (images.IsUniform) CheckSize(images.Shape, null);
        var normalized = options.Normalization.Mean.Count;
        if (normalized != 0 && normalized != Shape.Channels)
            throw new UsageException($"the normalisation '{options.Normalization.Name}' has figures for {normalized} channels, but the input has {Shape.Channels}", images.Origin, "Choose another normalisation, or convert the channels");
        if (options.Order == ChannelOrder.Bgr && Shape.Channels != 3) throw new UsageException($"the order bgr needs 3 channels, but the input has {Shape.Channels}", images.Origin, "Use the order rgb");
        if (options.ShorterSide is { } side && (options.Resize != ImageResize.CenterCrop || side < Math.Max(Shape.Height, Shape.Width)))
        {
            throw new UsageException($"a shorter side of {side} pixels does not go with an input of {Shape.Height} x {Shape.Width} and the resizing {options.Resize}", images.Origin,
                "Use it with a centre crop, and at least as long as the input");
        }
    }

    /// <summary>The stored images.</summary>
    public ImageSet Images { get; }

    /// <summary>Shape of every prepared image.</summary>
    public ImageShape Shape { get; }

    /// <summary>Number of images.</summary>
    public int Count => Images.Count;

    /// <summary>What is done, in one line, for reports.</summary>
    public string Describe() => $"{Count} images as {Shape}: {_options.Describe()}";

    /// <summary>Prepares images without augmentation.</summary>
    /// <param name="indices">Images, in the order of the batch.</param>
    /// <param name="batch">Receives [n, channels, height, width].</param>
    /// <exception cref="EspalierException">An image is damaged, or does not fit the input.</exception>
    public void Fill(ReadOnlySpan<int> indices, Span<float> batch)
    {
        CheckLength(indices, batch);
        for (var i = 0; i < indices.Length; i++) FillOne(indices[i], batch.Slice(i * Shape.Length, Shape.Length), 0, 0, false);
    }

    /// <summary>Prepares images with augmentation.</summary>
    /// <param name="indices">Images, in the order of the batch.</param>
    /// <param name="batch">Receives [n, channels, height, width].</param>
    /// <param name="augmentation">Random changes.</param>
    /// <param name="random">Source of every draw; images draw one after the other.</param>
    /// <exception cref="EspalierException">An image is damaged, or does not fit the input.</exception>
    public void Fill(ReadOnlySpan<int> indices, Span<float> batch, ImageAugmentation augmentation, SeededRandom random)
    {
        CheckLength(indices, batch);
        for (var i = 0; i < indices.Length; i++)
        {
            var (top, left, flip) = augmentation.Draw(random);
            FillOne(indices[i], batch.Slice(i * Shape.Length, Shape.Length), top, left, flip);
        }
    }

    private void FillOne(int index, Span<float> target, int top, int left, bool flip)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        Images.Read(index, _stored);
        var image = _stored;
        if (!Images.IsUniform)
        {
            CheckChannels(image.Shape, Images.NameOf(index));
            CheckSize(image.Shape, Images.NameOf(index));
        }
        if (image.Shape.Channels != Shape.Channels)
        {
            ImageChannels.Convert(image, Shape.Channels, _converted);
            image = _converted;
        }
        if (image.Shape != Shape || _options.ShorterSide is not null)
        {
            Resize(image);
            image = _sized;
        }
        if (_options.ScaleToUnit && !Images.IsEightBit) CheckRange(image.Values, index);
        Write(image.Values, target, top, left, flip);
    }

    // Scale, shift, flip, normalise and reorder in one pass. What lies outside the image is black: 0 before the normalisation.
    private void Write(ReadOnlySpan<float> image, Span<float> target, int top, int left, bool flip)
    {
        var (height, width) = (Shape.Height, Shape.Width);
        var divisor = _options.ScaleToUnit && Images.IsEightBit ? 255f : 1f;
        var (mean, deviation) = (_options.Normalization.Mean, _options.Normalization.Deviation);
        for (var c = 0; c < Shape.Channels; c++)
        {
            var plane = image.Slice(c * height * width, height * width);
            var place = _options.Order == ChannelOrder.Bgr ? 2 - c : c;
            var (m, d) = mean.Count == 0 ? (0f, 1f) : (mean[c], deviation[c]);
            var black = (0 - m) / d;
            for (var y = 0; y < height; y++)
            {
                var line = target.Slice((place * height + y) * width, width);
                if ((uint)(y + top) >= (uint)height)
                {
                    line.Fill(black);
                    continue;
                }
                var source = plane.Slice((y + top) * width, width);
                for (var x = 0; x < width; x++)
                {
                    var from = (flip ? width - 1 - x : x) + left;
                    line[x] = (uint)from < (uint)width ? (source[from] / divisor - m) / d : black;
                }
            }
        }
    }

    private void Resize(ImageBuffer image)
    {
        var (h, w) = (image.Shape.Height, image.Shape.Width);
        var (height, width) = (Shape.Height, Shape.Width);
        if (_options.Resize == ImageResize.CenterCrop)
        {
            // The shorter side as asked; or the least scale that covers the input. The longer side is cut to whole pixels, as torchvision does.
            if (_options.ShorterSide is { } side) (height, width) = h <= w ? (side, (int)((long)side * w / h)) : ((int)((long)side * h / w), side);
            else if ((long)Shape.Height * w >= (long)Shape.Width * h) width = Math.Max(width, (int)((long)Shape.Height * w / h));
            else height = Math.Max(height, (int)((long)Shape.Width * h / w));
        }
        var (top, left) = ((int)Math.Round((height - Shape.Height) / 2.0), (int)Math.Round((width - Shape.Width) / 2.0));
        _resizer.Run(image.Values, image.Shape, height, width, top, left, _sized.Reset(Shape), Shape);
    }

    private void CheckChannels(ImageShape stored, string? name)
    {
        if (_options.Channels == ChannelConversion.None ? stored.Channels == Shape.Channels : ImageChannels.Count(_options.Channels, 0) == Shape.Channels && stored.Channels <= 4) return;
        var (has, wants) = (Plural(_options.Channels == ChannelConversion.None ? stored.Channels : ImageChannels.Count(_options.Channels, 0)), Shape.Channels);
        throw new UsageException($"the image has {has}{(_options.Channels == ChannelConversion.None ? "" : " after the conversion")}, but the model's input has {wants}", Where(name),
            wants is 1 or 3 ? $"Convert them: channels {(wants == 1 ? "grey" : "rgb")}" : "Use images with as many channels");
    }

    private void CheckSize(ImageShape stored, string? name)
    {
        if (_options.Resize != ImageResize.None || (stored.Height, stored.Width) == (Shape.Height, Shape.Width)) return;
        throw new UsageException($"the image has {stored.Height} x {stored.Width} pixels (height x width), but the model's input has {Shape.Height} x {Shape.Width}", Where(name),
            "Choose how to resize: stretch, or centre crop");
    }

    private void CheckRange(ReadOnlySpan<float> values, int index)
    {
        foreach (var value in values)
        {
            if (value is >= 0 and <= 1) continue;
            throw new UsageException($"it holds the float {value}, but scaled images are expected in 0 to 1", Where(Images.NameOf(index)),
                "Save the images as uint8, or divide them, or use them without scaling");
        }
    }

    private void CheckLength(ReadOnlySpan<int> indices, Span<float> batch)
    {
        if (batch.Length != (long)indices.Length * Shape.Length) throw new ArgumentException($"{batch.Length} values are not {indices.Length} images of {Shape}.", nameof(batch));
    }

    private string Where(string? name) => name is null ? Images.Origin : $"{Images.Origin}, {name}";

    private static string Plural(int channels) => channels == 1 ? "1 channel" : $"{channels} channels";
}
