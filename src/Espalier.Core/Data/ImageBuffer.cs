namespace Espalier.Data;

/// <summary>One image as 32-bit floats, planar: all of the first channel, row by row, then the next. Keeps its memory when it is used again.</summary>
public sealed class ImageBuffer
{
    private float[] _values = [];

    /// <summary>Shape of the image that it holds.</summary>
    public ImageShape Shape { get; private set; }

    /// <summary>Values [channels, height, width].</summary>
    public Span<float> Values => _values.AsSpan(0, Shape.Length);

    /// <summary>Makes room for an image of another shape; what was there is lost.</summary>
    /// <returns><see cref="Values"/>, to be filled.</returns>
    public Span<float> Reset(ImageShape shape)
    {
        Shape = shape;
        if (_values.Length < shape.Length) _values = new float[shape.Length];
        return Values;
    }

    /// <summary>Fills it from interleaved bytes [height, width, channels].</summary>
    internal void FromInterleaved(ImageShape shape, ReadOnlySpan<byte> pixels)
    {
        var values = Reset(shape);
        var (channels, plane) = (shape.Channels, shape.Height * shape.Width);
        for (var c = 0; c < channels; c++)
        {
            var target = values.Slice(c * plane, plane);
            for (var i = 0; i < target.Length; i++) target[i] = pixels[i * channels + c];
        }
    }

    /// <summary>Fills it from interleaved floats [height, width, channels].</summary>
    internal void FromInterleaved(ImageShape shape, ReadOnlySpan<float> pixels)
    {
        var values = Reset(shape);
        var (channels, plane) = (shape.Channels, shape.Height * shape.Width);
        for (var c = 0; c < channels; c++)
        {
            var target = values.Slice(c * plane, plane);
            for (var i = 0; i < target.Length; i++) target[i] = pixels[i * channels + c];
        }
    }
}
