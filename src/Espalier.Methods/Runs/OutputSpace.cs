namespace Espalier.Methods.Runs;

/// <summary>Free space where an output will be.</summary>
internal static class OutputSpace
{
    /// <summary>Bytes free in the nearest folder above that exists; null when the system does not tell.</summary>
    public static long? FreeBytes(string output)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(output));
            while (folder is not null && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
            return folder is null ? null : new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
