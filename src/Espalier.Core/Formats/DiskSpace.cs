namespace Espalier.Formats;

/// <summary>Free space, and messages about the lack of it.</summary>
public static class DiskSpace
{
    private const int UnixNoSpace = 28; // ENOSPC
    private const int UnixQuota = 122; // EDQUOT on Linux
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>Bytes free for this user where the path lies, or in the nearest folder above that exists; null when the system does not tell.</summary>
    public static long? FreeBytes(string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path));
            while (folder is not null && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
            return folder is null ? null : new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Turns an error of the file system into one that names the path and the remedy.</summary>
    public static EspalierException Translate(Exception e, string path, long neededBytes)
    {
        if (IsFull(e))
            return Full(path, neededBytes, FreeBytes(path), e);
        if (e is DirectoryNotFoundException) return new EspalierException("the folder does not exist", path, "Create it first", e);
        return new EspalierException($"the file cannot be written: {e.Message}", path, "Check that the folder is writable", e);
    }

    /// <summary>True if the system refused for lack of space or quota.</summary>
    public static bool IsFull(Exception e) => e is IOException && e.HResult is UnixNoSpace or UnixQuota or WindowsDiskFull or WindowsHandleDiskFull;

    /// <summary>The error of a full disk.</summary>
    public static EspalierException Full(string path, long neededBytes, long? freeBytes, Exception? inner)
    {
        var needed = neededBytes > 0 ? $", {neededBytes} bytes ({Gigabytes(neededBytes)}) are needed" : "";
        var free = freeBytes is { } bytes ? $" and {bytes} bytes ({Gigabytes(bytes)}) are free" : "";
        return new EspalierException($"the disk has too little space{needed}{free}", path,
            "Free some space or choose an output folder on another disk. Nothing was written at the target", inner);
    }

    private static string Gigabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e9:0.00} GB");
}
