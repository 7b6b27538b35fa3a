using StbImageSharp;

namespace Espalier.Data;

/// <summary>
/// Decodes PNG and JPEG by their first bytes. JPEG goes to the managed port of stb_image once its structure was checked. Sizes are held against the length of
/// the file before memory is taken.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>Most bytes of an encoded image.</summary>
    public const int MaxFileBytes = 1 << 27;

    private static readonly HashSet<string> s_known = new(StringComparer.OrdinalIgnoreCase) { ".png", ".jpg", ".jpeg" };
    private static readonly HashSet<string> s_refused = new(StringComparer.OrdinalIgnoreCase)
    {
        ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".jp2", ".jxl", ".ppm", ".pgm", ".tga",
    };

    /// <summary>True for names of files that are decoded.</summary>
    public static bool IsImageName(string name) => s_known.Contains(Path.GetExtension(name));

    /// <summary>True for names of images of kinds that are not decoded.</summary>
    public static bool IsRefusedName(string name) => s_refused.Contains(Path.GetExtension(name));

    /// <summary>True when bytes start as an image does that is decoded.</summary>
    public static bool IsStart(ReadOnlySpan<byte> bytes) => IsPng(bytes) || IsJpeg(bytes);

    /// <summary>Reads the shape from an image's header.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="origin">File or archive, for messages.</param>
    /// <param name="part">Image in it, for messages.</param>
    /// <exception cref="InvalidFileException">It is no PNG or JPEG, or damaged, or its size is not plausible.</exception>
    public static ImageShape ReadShape(byte[] bytes, string origin, string part)
    {
        InvalidFileException Broken(string problem, Exception? inner) => Damaged(origin, part, problem, inner);
        if (IsPng(bytes)) return new PngImage(bytes, Broken).Shape;
        return IsJpeg(bytes) ? JpegStructure.Read(bytes, Broken).Shape : throw Unknown(origin, part);
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="image">Receives values 0 to 255 in the channels that the file has.</param>
    /// <param name="origin">File or archive, for messages.</param>
    /// <param name="part">Image in it, for messages.</param>
    /// <exception cref="InvalidFileException">The image is damaged.</exception>
    public static void Decode(byte[] bytes, ImageBuffer image, string origin, string part)
    {
        InvalidFileException Broken(string problem, Exception? inner) => Damaged(origin, part, problem, inner);
        if (IsPng(bytes))
        {
            var png = new PngImage(bytes, Broken);
            image.FromInterleaved(png.Shape, png.Decode());
            return;
        }
        if (!IsJpeg(bytes)) throw Unknown(origin, part);
        var (shape, length) = JpegStructure.Read(bytes, Broken);
        try
        {
            using var stream = new MemoryStream(bytes, 0, length);
            var result = ImageResult.FromStream(stream, (ColorComponents)shape.Channels);
            if ((result.Width, result.Height) != (shape.Width, shape.Height) || result.Data.Length < shape.Length) throw Broken("its header contradicts itself", null);
            image.FromInterleaved(shape, result.Data);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or EspalierException))
        {
            // The decoder reports damage by exceptions of many types.
            throw Broken("its pixels are damaged", e);
        }
    }

    /// <summary>A shape without channels, after its size was held against limits.</summary>
    /// <param name="width">Columns as claimed.</param>
    /// <param name="height">Rows as claimed.</param>
    /// <param name="fileLength">Bytes of the file.</param>
    /// <param name="pixelsPerByte">Most pixels that a byte can hold in the file's coding.</param>
    /// <param name="broken">Makes the error.</param>
    public static ImageShape Plausible(long width, long height, int fileLength, long pixelsPerByte, Func<string, Exception?, InvalidFileException> broken)
    {
        if (width is < 1 or > int.MaxValue || height is < 1 or > int.MaxValue) throw broken("its header is damaged", null);
        if (width * height > ImageShape.MaxPixels) throw broken($"it has {width} x {height} pixels, more than the {ImageShape.MaxPixels} that are decoded", null);
        if (width * height > fileLength * pixelsPerByte) throw broken($"it claims {width} x {height} pixels in {fileLength} bytes, which cannot be", null);
        return new ImageShape(1, (int)height, (int)width);
    }

    private static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);

    private static bool IsJpeg(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    private static InvalidFileException Unknown(string origin, string part) =>
        new(origin, "it is neither a PNG nor a JPEG image", part, "Convert it to one of these, or remove it");

    private static InvalidFileException Damaged(string origin, string part, string problem, Exception? inner) => new(origin, $"the image cannot be decoded: {problem}", part, "Replace it, or remove it from the data", inner);
}
