namespace Espalier.Data;

/// <summary>Conversion between grey, colour, and the same with alpha.</summary>
internal static class ImageChannels
{
    private const float Red = 0.299f, Green = 0.587f, Blue = 0.114f; // ITU-R BT.601

    /// <summary>Channels after a conversion.</summary>
    public static int Count(ChannelConversion conversion, int stored) => conversion switch { ChannelConversion.Grey => 1, ChannelConversion.Rgb => 3, _ => stored };

    /// <summary>Converts planar values.</summary>
    /// <param name="source">Image of 1 to 4 channels.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="target">Receives the image.</param>
    public static void Convert(ImageBuffer source, int channels, ImageBuffer target)
    {
        var shape = source.Shape;
        var plane = shape.Height * shape.Width;
        var isColour = shape.Channels >= 3;
        var from = source.Values;
        var to = target.Reset(shape with { Channels = channels });
        if (isColour && channels == 1)
        {
            for (var i = 0; i < plane; i++) to[i] = Red * from[i] + Green * from[plane + i] + Blue * from[2 * plane + i];
            return;
        }
        for (var c = 0; c < channels; c++) from.Slice(isColour ? c * plane : 0, plane).CopyTo(to[(c * plane)..]);
    }
}
