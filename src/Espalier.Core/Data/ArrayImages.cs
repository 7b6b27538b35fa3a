using Espalier.Formats;
using Espalier.Formats.Numpy;
using Espalier.Tensors;

namespace Espalier.Data;

/// <summary>Images of NumPy arrays: bytes 0 to 255, or floats.</summary>
internal sealed class ArrayImages : ImageSet
{
    private readonly IDisposable _file;
    private readonly TensorData _images;
    private readonly ImageLayout _layout;
    private readonly float[] _scratch;

    private ArrayImages(string path, IDisposable file, TensorData images, (ImageShape Shape, ImageLayout Layout) form, int[]? labels)
        : base(path, checked((int)images.Shape[0]), form.Shape, labels) => (_file, _images, _layout, _scratch) = (file, images, form.Layout, new float[form.Shape.Length]);

    /// <inheritdoc/>
    public override bool IsEightBit => _images.ElementType == ElementType.U8;

    /// <summary>Opens an NPZ file.</summary>
    /// <exception cref="EspalierException">It is damaged, or holds no images under the names that are looked for.</exception>
    public static ArrayImages OpenNpz(ImageRequest request)
    {
        var file = NpzFile.Open(request.Path);
        try
        {
            var (imagesName, labelsName) = ArrayNames.Find(file, request);
            var part = $"array {NearNames.Quote(imagesName)}";
            var images = file[imagesName];
            var form = FormOf(request, images, part);
            return new ArrayImages(request.Path, file, images, form, labelsName is null ? null : ReadLabels(request.Path, labelsName, file[labelsName]));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens an NPY file of images without labels.</summary>
    /// <exception cref="EspalierException">It is damaged, or holds no images.</exception>
    public static ArrayImages OpenNpy(ImageRequest request)
    {
        var file = NpyFile.Open(request.Path);
        try
        {
            return new ArrayImages(request.Path, file, file.Data, FormOf(request, file.Data, null), null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Read(int index, ImageBuffer image)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var start = (long)index * Shape.Length;
        if (_layout == ImageLayout.ChannelsFirst || Shape.Channels == 1)
        {
            _images.ReadSingle(start, image.Reset(Shape));
            return;
        }
        _images.ReadSingle(start, _scratch);
        image.FromInterleaved(Shape, _scratch);
    }

    /// <inheritdoc/>
    public override string Hash() => DataFile.Hash(Origin);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }

    private static (ImageShape Shape, ImageLayout Layout) FormOf(ImageRequest request, TensorData images, string? part)
    {
        if (images.ElementType is not (ElementType.U8 or ElementType.F16 or ElementType.F32 or ElementType.F64))
            throw new InvalidFileException(request.Path, $"its elements are {images.ElementType}, but images are bytes or floats", part, "Convert them to uint8 or float32");
        var s = images.Shape;
        if (s.Rank is not (3 or 4) || s.ElementCount == 0)
            throw new InvalidFileException(request.Path, $"its shape is {s}, expected [images, height, width] with or without channels", part, "Name the array of images, or reshape it");
        if (s.AsSpan().ContainsAnyExceptInRange(1, int.MaxValue) || s.ElementCount / s[0] > 4L * ImageShape.MaxPixels) throw new InvalidFileException(request.Path, $"its shape {s} is too large", part, "Use smaller images");
        if (s.Rank == 3) return (new ImageShape(1, (int)s[1], (int)s[2]), ImageLayout.ChannelsLast);
        var (isFirst, isLast) = (s[1] is 1 or 3, s[3] is 1 or 3);
        if (request.Layout is null && isFirst == isLast)
        {
            throw new UsageException($"its shape {s} does not tell whether channels stand first or last", part is null ? request.Path : $"{request.Path}, {part}",
                "State the layout: channels first [images, channels, height, width], or last");
        }
        var layout = request.Layout ?? (isFirst ? ImageLayout.ChannelsFirst : ImageLayout.ChannelsLast);
        return (layout == ImageLayout.ChannelsFirst ? new ImageShape((int)s[1], (int)s[2], (int)s[3]) : new ImageShape((int)s[3], (int)s[1], (int)s[2]), layout);
    }

    private static int[] ReadLabels(string path, string name, TensorData labels)
    {
        var part = $"array {NearNames.Quote(name)}";
        if (labels.ElementType.IsFloat() || labels.ElementType == ElementType.C64)
            throw new InvalidFileException(path, $"its elements are {labels.ElementType}, but labels are integers", part, "Convert them to integers");
        if (labels.Shape.Rank is not (1 or 2) || (labels.Shape.Rank == 2 && labels.Shape[1] != 1))
            throw new InvalidFileException(path, $"its shape is {labels.Shape}, expected one label per image", part, "Save class numbers, not one-hot rows");
        var values = new long[labels.ElementCount];
        try
        {
            labels.ReadInt64(0, values);
            return [.. values.Select(value => checked((int)value))];
        }
        catch (OverflowException e)
        {
            throw new InvalidFileException(path, "it holds numbers beyond 32 bits, which are no classes", part, "Number classes from 0", e);
        }
    }
}
