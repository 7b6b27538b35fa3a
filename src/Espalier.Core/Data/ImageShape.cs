namespace Espalier.Data;

/// <summary>Size of an image or of a vision model's input.</summary>
/// <param name="Channels">Channels: 1 grey, 3 colour, 2 and 4 the same with alpha.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    // Large enough for every photograph that models are trained on, small enough for memory: 2^25 pixels are 400 MB as colour in 32-bit floats.
    internal const int MaxPixels = 1 << 25;

    /// <summary>Number of values.</summary>
    public int Length => checked(Channels * Height * Width);

    /// <summary>For example <c>3x32x32</c>.</summary>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
