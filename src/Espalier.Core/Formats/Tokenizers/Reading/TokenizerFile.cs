using System.Security.Cryptography;

namespace Espalier.Formats.Tokenizers;

/// <summary>Reads whole files and identifies them.</summary>
internal static class TokenizerFile
{
    // The largest published tokenizer.json files have about 40 MB.
    private const long LargestFile = 512L << 20;

    public static byte[] Read(string file)
    {
        try
        {
            var length = new FileInfo(file).Length;
            if (length > LargestFile)
                throw new InvalidFileException(file, $"{length:N0} bytes are too many for a tokenizer", remedy: "Check that this is a tokenizer's file");
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(file, $"the file cannot be read: {e.Message}", remedy: "Check the path and the access rights", inner: e);
        }
    }

    /// <summary>Kind and first 16 hex digits of the SHA-256 of the content.</summary>
    public static string Identify(string kind, ReadOnlySpan<byte> content) =>
        $"{kind} sha256:{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}";
}
