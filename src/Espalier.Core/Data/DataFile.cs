using System.Security.Cryptography;
using System.Text;

namespace Espalier.Data;

/// <summary>Opening, hashing and strict decoding of data files.</summary>
public static class DataFile
{
    // A string cannot hold more UTF-16 units than this, and tokenisers work on a string.
    private const long LargestText = 1L << 30;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Refuses a path that is no file.</summary>
    public static void Require(string path)
    {
        if (File.Exists(path)) return;
        throw new UsageException(Directory.Exists(path) ? "it is a folder, but a file is expected" : "the file does not exist", path,
            "Name a text file, JSON lines, or safetensors with token ids");
    }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public static string Hash(string path)
    {
        using var stream = Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The whole file as one string, without a byte order mark.</summary>
    public static string ReadText(string path)
    {
        using var stream = Open(path);
        if (stream.Length > LargestText)
            throw new UsageException($"the text has {stream.Length} bytes, more than the {LargestText} that can be tokenised at once", path, "Use a part of it, or JSON lines with one document per line");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var start = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        try
        {
            return Strict.GetString(bytes, start, bytes.Length - start);
        }
        catch (DecoderFallbackException e)
        {
            var at = FirstInvalid(bytes);
            throw new InvalidFileException(path, $"byte 0x{bytes[at]:X2} at offset {at} is not valid UTF-8", null, "Save the file as UTF-8", e);
        }
    }

    /// <summary>Opens a file for reading once from start to end.</summary>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EspalierException($"the file cannot be opened: {e.Message.TrimEnd('.')}", path, "Check that you may read it", e);
        }
    }

    /// <summary>Paths of all files in a folder and down to some depth below, relative to it, with slashes.</summary>
    internal static string[] List(string folder, int depth)
    {
        try
        {
            // The bound on depth is also an end to links that go round in circles.
            var options = new EnumerationOptions { RecurseSubdirectories = depth > 0, MaxRecursionDepth = depth, AttributesToSkip = FileAttributes.System, IgnoreInaccessible = false };
            return [.. Directory.EnumerateFiles(folder, "*", options).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EspalierException($"the folder cannot be listed: {e.Message.TrimEnd('.')}", folder, "Check that you may read it", e);
        }
    }

    /// <summary>Index of the first byte that starts no valid sequence.</summary>
    private static int FirstInvalid(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            if (Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out var consumed) != System.Buffers.OperationStatus.Done) return at;
            at += consumed;
        }
        return bytes.Length - 1;
    }
}
