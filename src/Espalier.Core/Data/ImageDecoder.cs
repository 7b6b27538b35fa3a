using StbImageSharp;

namespace Espalier.Data;

/// <summary>
/// Decodes PNG and JPEG. The decoder is the managed port of stb_image; what is handed to it was recognised by its first bytes, and its size was held against
/// the length of the file before memory is taken. Sixteen-bit PNG lose their lower byte, palettes become colours.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>Most bytes of an encoded image.</summary>
    public const int MaxFileBytes = 1 << 27;

    // A JPEG block of 64 pixels takes a bit at least, and deflate gives at most 1032 bytes for one, of 8 pixels each in a one-bit PNG.
    private const long JpegPixelsPerByte = 64 * 8, PngPixelsPerByte = 1032 * 8;

    private static readonly HashSet<string> s_known = new(StringComparer.OrdinalIgnoreCase) { ".png", ".jpg", ".jpeg" };
    private static readonly HashSet<string> s_refused = new(StringComparer.OrdinalIgnoreCase)
    {
        ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".jp2", ".jxl", ".ppm", ".pgm", ".tga",
    };

    /// <summary>True for names of files that are decoded.</summary>
    public static bool IsImageName(string name) => s_known.Contains(Path.GetExtension(name));

    /// <summary>True for names of images of kinds that are not decoded.</summary>
    public static bool IsRefusedName(string name) => s_refused.Contains(Path.GetExtension(name));

    /// <summary>Reads the shape from an image's header.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="origin">File or archive, for messages.</param>
    /// <param name="part">Image in it, for messages.</param>
    /// <exception cref="InvalidFileException">It is no PNG or JPEG, or its size is not plausible.</exception>
    public static ImageShape ReadShape(byte[] bytes, string origin, string? part)
    {
        var isPng = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var isJpeg = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);
        if (!isPng && !isJpeg) throw new InvalidFileException(origin, "it is neither a PNG nor a JPEG image", part, "Convert it to one of these, or remove it");
        ImageInfo? info;
        try
        {
            using var stream = new MemoryStream(bytes);
            info = ImageInfo.FromStream(stream);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Damaged(origin, part, e);
        }
        if (info is not { Width: > 0, Height: > 0 } found) throw Damaged(origin, part, null);
        var pixels = (long)found.Width * found.Height;
        if (pixels > ImageShape.MaxPixels)
            throw new InvalidFileException(origin, $"it has {found.Width} x {found.Height} pixels, more than the {ImageShape.MaxPixels} that are decoded", part, "Make it smaller");
        if (pixels > bytes.Length * (isPng ? PngPixelsPerByte : JpegPixelsPerByte))
            throw new InvalidFileException(origin, $"it claims {found.Width} x {found.Height} pixels in {bytes.Length} bytes, which cannot be", part);
        return new ImageShape((int)found.ColorComponents, found.Height, found.Width);
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="image">Receives values 0 to 255 in the channels that the file has.</param>
    /// <param name="origin">File or archive, for messages.</param>
    /// <param name="part">Image in it, for messages.</param>
    /// <exception cref="InvalidFileException">The image is damaged.</exception>
    public static void Decode(byte[] bytes, ImageBuffer image, string origin, string? part)
    {
        var shape = ReadShape(bytes, origin, part);
        ImageResult result;
        try
        {
            result = ImageResult.FromMemory(bytes, (ColorComponents)shape.Channels);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The decoder reports damage by exceptions of many types.
            throw Damaged(origin, part, e);
        }
        if ((result.Width, result.Height) != (shape.Width, shape.Height) || result.Data.Length < shape.Length) throw Damaged(origin, part, null);
        image.FromInterleaved(shape, result.Data);
    }

    private static InvalidFileException Damaged(string origin, string? part, Exception? inner) =>
        new(origin, inner is InvalidOperationException { Message.Length: > 0 } ? $"the image cannot be decoded ({inner.Message.TrimEnd('.')})" : "the image cannot be decoded", part,
            "Replace it, or remove it from the data", inner);
}
