using Espalier.Formats;

namespace Espalier.Methods.Runs;

/// <summary>Small work on files and folders for runs.</summary>
internal static class RunFiles
{
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
    public static EspalierException Translate(Exception e, string path) => DiskSpace.IsFull(e)
        ? new EspalierException($"the disk has too little space: {e.Message}", path, "Free some space, or choose an output on another disk", e)
        : new EspalierException($"the run cannot work here: {e.Message.TrimEnd('.')}", path, "Choose an output in a folder that you may write to", e);
}
