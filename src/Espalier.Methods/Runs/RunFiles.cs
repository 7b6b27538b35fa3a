using System.Security.Cryptography;
using System.Text;

namespace Espalier.Methods.Runs;

/// <summary>Small work on files and folders for runs.</summary>
internal static class RunFiles
{
    /// <summary>SHA-256 of a file, in lower-case hex digits.</summary>
    public static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Writes a small file so that it appears complete or not at all.</summary>
    public static void WriteAtomically(string path, string text)
    {
        using var file = new Formats.AtomicFile(path);
        file.Write(0, Encoding.UTF8.GetBytes(text));
        file.Publish();
    }

    /// <summary>Deletes a folder and what is in it; what cannot be deleted stays, for the error or the result at hand matters more.</summary>
    public static void DeleteFolder(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next run for the same output removes it.
        }
    }

    /// <summary>Deletes those of some folders that are empty, in the order given.</summary>
    public static void DeleteEmpty(IEnumerable<string> folders)
    {
        foreach (var folder in folders.Where(folder => Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())) DeleteFolder(folder);
    }

    /// <summary>An error of the file system with the path and a remedy.</summary>
    public static EspalierException Translate(Exception e, string path) => IsFull(e)
        ? new EspalierException($"the disk has too little space: {e.Message}", path, "Free some space, or choose an output on another disk", e)
        : new EspalierException($"the run cannot work here: {e.Message.TrimEnd('.')}", path, "Choose an output in a folder that you may write to", e);

    private static bool IsFull(Exception e) => e.HResult is 28 or 122 or unchecked((int)0x80070070) or unchecked((int)0x80070027); // ENOSPC, EDQUOT, and both of Windows
}
