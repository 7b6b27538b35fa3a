using System.Text;

namespace Espalier.Formats;

/// <summary>Small UTF-8 text files: read whole and bounded, written atomically.</summary>
public static class TextFiles
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a text; a byte order mark is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">Largest size that is plausible.</param>
    /// <param name="what">What the file should be, for example <c>recipe</c>.</param>
    /// <exception cref="InvalidFileException">The file is too large or not UTF-8.</exception>
    /// <exception cref="UsageException">There is no such file, or it cannot be opened.</exception>
    public static string Read(string path, int maxBytes, string what)
    {
        try
        {
            if (new FileInfo(path).Length > maxBytes) throw TooLarge(path, maxBytes, what);
            ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
            if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidFileException(path, $"the {what} is not UTF-8 text", remedy: "Save it as UTF-8", inner: e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"there is no such {what}", path, "Check the path");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the {what} cannot be read: {e.Message}", path);
        }
    }

    /// <summary>Writes a text so that it appears complete or not at all.</summary>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public static void Write(string path, string text)
    {
        var bytes = Strict.GetBytes(text);
        using var file = new AtomicFile(path, bytes.Length);
        file.Write(0, bytes);
        file.Publish();
    }

    internal static InvalidFileException TooLarge(string name, int maxBytes, string what) =>
        new(name, $"a {what} of more than {maxBytes >> 20} MB is not read", remedy: $"Check that this is a {what}");
}
