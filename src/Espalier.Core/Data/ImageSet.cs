namespace Espalier.Data;

/// <summary>
/// Images as they are stored, with or without labels. Images are decoded one at a time when they are read. <see cref="PreparedImages"/> makes model inputs
/// of them; <see cref="DataSource"/> opens sets. Not for several threads.
/// </summary>
public abstract class ImageSet : IDisposable
{
    private readonly int[]? _labels;

    /// <summary>Describes a set.</summary>
    /// <param name="origin">File or folder, for messages.</param>
    /// <param name="count">Number of images, at least 1.</param>
    /// <param name="shape">Shape of every image, or of the first.</param>
    /// <param name="labels">A class per image; null for none.</param>
    /// <param name="classNames">Names of the classes, where there are names.</param>
    /// <exception cref="InvalidFileException">There are no images, or more or fewer labels than images, or negative labels.</exception>
    protected ImageSet(string origin, int count, ImageShape shape, int[]? labels, IReadOnlyList<string>? classNames = null)
    {
        if (count == 0) throw new InvalidFileException(origin, "it holds no images", remedy: "Use data with at least one image");
        if (labels is not null && labels.Length != count)
            throw new InvalidFileException(origin, $"there are {count} images but {labels.Length} labels", remedy: "Use labels that belong to these images");
        (Origin, Count, Shape, _labels, ClassNames) = (origin, count, shape, labels, classNames);
        if (labels is null) return;
        if (Array.FindIndex(labels, label => label is < 0 or int.MaxValue) is >= 0 and var at)
            throw new InvalidFileException(origin, $"the label {labels[at]} of image {at} is no class", remedy: "Number classes from 0");
        ClassCount = classNames?.Count ?? labels.Max() + 1;
    }

    /// <summary>File or folder, for messages.</summary>
    public string Origin { get; }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Shape of every image; where <see cref="IsUniform"/> is false, of the first.</summary>
    public ImageShape Shape { get; }

    /// <summary>False when images may differ in shape, as files do.</summary>
    public virtual bool IsUniform => true;

    /// <summary>True when values are bytes, 0 to 255; else they are floats as stored.</summary>
    public virtual bool IsEightBit => true;

    /// <summary>True when every image has a class.</summary>
    public bool IsLabelled => _labels is not null;

    /// <summary>Number of classes: one more than the largest label, or the number of class folders. Null without labels.</summary>
    public int? ClassCount { get; }

    /// <summary>Names of the classes, where there are names.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>Class of an image.</summary>
    /// <exception cref="UsageException">The set has no labels.</exception>
    public int Label(int index) => _labels is null
        ? throw new UsageException("the images have no labels", Origin, "Use a folder with a folder per class, an IDX pair, or an NPZ with y")
        : _labels[index];

    /// <summary>Where an image lies, for messages.</summary>
    public virtual string NameOf(int index) => $"image {index}";

    /// <summary>Reads and decodes an image.</summary>
    /// <param name="index">Image, from 0.</param>
    /// <param name="image">Receives its values as stored: 0 to 255 when <see cref="IsEightBit"/>.</param>
    /// <exception cref="EspalierException">The image is damaged or cannot be read.</exception>
    public abstract void Read(int index, ImageBuffer image);

    /// <summary>SHA-256 of everything that the set reads, lower-case hex, for reports. Reads it all.</summary>
    public abstract string Hash();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the set opened.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
