namespace Espalier.Data;

/// <summary>How images come to the size of a model's input.</summary>
public enum ImageResize
{
    /// <summary>They must have it.</summary>
    None,

    /// <summary>Both sides are resized, whatever becomes of the proportions.</summary>
    Stretch,

    /// <summary>The shorter side is resized, then the middle is cut out, as models of photographs are evaluated.</summary>
    CenterCrop,
}

/// <summary>How images come to the channels of a model's input.</summary>
public enum ChannelConversion
{
    /// <summary>They must have them.</summary>
    None,

    /// <summary>Colour becomes luminance (ITU-R BT.601: 0.299 red, 0.587 green, 0.114 blue); alpha is dropped.</summary>
    Grey,

    /// <summary>Grey is repeated in three channels; alpha is dropped.</summary>
    Rgb,
}

/// <summary>Order of the channels of a model's input.</summary>
public enum ChannelOrder
{
    /// <summary>Red first.</summary>
    Rgb,

    /// <summary>Blue first.</summary>
    Bgr,
}

/// <summary>
/// How stored images become model inputs. In this order: channels, size, scale, augmentation (padding is black), normalisation, order of channels.
/// </summary>
public sealed record ImagePreprocessing
{
    /// <summary>Values as they are stored.</summary>
    public static ImagePreprocessing None { get; } = new() { ScaleToUnit = false };

    /// <summary>True: values are 0 to 1. Bytes are divided by 255; floats must be in that range already, others are an error. False: as stored.</summary>
    public bool ScaleToUnit { get; init; } = true;

    /// <summary>Mean and deviation per channel.</summary>
    public ImageNormalization Normalization { get; init; } = ImageNormalization.None;

    /// <summary>
    /// Way to the size of the input: bilinear, with a filter that widens when an image shrinks (as Pillow and torchvision do with antialiasing), and without
    /// rounding to bytes in between.
    /// </summary>
    public ImageResize Resize { get; init; }

    /// <summary>For <see cref="ImageResize.CenterCrop"/>: pixels of the shorter side before the cut, for example 256 for inputs of 224. Null: the least that
    /// covers the input.</summary>
    public int? ShorterSide { get; init; }

    /// <summary>Way to the channels of the input.</summary>
    public ChannelConversion Channels { get; init; }

    /// <summary>Order of the channels.</summary>
    public ChannelOrder Order { get; init; }

    /// <summary>All of it in one line, for reports.</summary>
    public string Describe()
    {
        var resize = Resize switch
        {
            ImageResize.Stretch => "stretched bilinearly",
            ImageResize.CenterCrop => $"shorter side {(ShorterSide is { } side ? $"{side} px" : "to the input's")} bilinearly, centre crop",
            _ => "size as stored",
        };
        var channels = Channels switch { ChannelConversion.Grey => "grey", ChannelConversion.Rgb => "rgb", _ => "channels as stored" };
        return $"{channels}, {resize}, {(ScaleToUnit ? "scaled to 0..1" : "not scaled")}, normalisation {Normalization.Name}{(Order == ChannelOrder.Bgr ? ", bgr" : "")}";
    }
}
