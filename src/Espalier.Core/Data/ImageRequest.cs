namespace Espalier.Data;

/// <summary>Which images to open, and how.</summary>
public sealed record ImageRequest
{
    /// <summary>
    /// A folder or ZIP of PNG and JPEG files, with or without a folder per class; a folder with IDX files, or one IDX file of images, also gzipped; an NPZ
    /// or NPY file; or <c>noise:uniform</c> or <c>noise:normal</c>.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>Part to use where the data have several, for example <c>train</c> or <c>test</c>.</summary>
    public string? Split { get; init; }

    /// <summary>Order of the axes of arrays; null tells it by the axis of size 1 or 3.</summary>
    public ImageLayout? Layout { get; init; }

    /// <summary>Name of the array of images in an NPZ file; null: <c>x</c> or <c>images</c>, with a split <c>x_train</c>, <c>train_images</c> or <c>train_x</c>.</summary>
    public string? ImagesName { get; init; }

    /// <summary>Name of the array of labels; null: <c>y</c> or <c>labels</c> in the same spelling as the images, if there is one.</summary>
    public string? LabelsName { get; init; }

    /// <summary>Shape of noise images: the model's input.</summary>
    public ImageShape? NoiseShape { get; init; }

    /// <summary>Number of noise images.</summary>
    public int NoiseCount { get; init; } = 256;

    /// <summary>Seed of noise images.</summary>
    public long Seed { get; init; }
}
