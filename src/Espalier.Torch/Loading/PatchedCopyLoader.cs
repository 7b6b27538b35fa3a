using System.Runtime.InteropServices;

namespace Espalier.Torch.Loading;

/// <summary>Puts the patched copy on disk and loads it.</summary>
internal static class PatchedCopyLoader
{
    private const string Stem = "libLibTorchSharp";

    /// <summary>Loads from the cache folder; where that cannot be written (read-only home, container without one) from a temporary folder.</summary>
    public static LoadOutcome Load(byte[] source, byte[] patched, PrivateCache cache)
    {
        string path;
        try
        {
            path = cache.Store(Stem, source, patched);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return LoadFromTemporary(source, patched);
        }
        return new(NativeLibrary.Load(path), TorchLoadMode.PatchedCopy, path, null);
    }

    private static LoadOutcome LoadFromTemporary(byte[] source, byte[] patched)
    {
        // Created for the owner alone. Once mapped the file is no longer needed, so nothing stays behind.
        var folder = Directory.CreateTempSubdirectory("espalier-");
        try
        {
            var path = new PrivateCache(folder.FullName).Store(Stem, source, patched);
            return new(NativeLibrary.Load(path), TorchLoadMode.PatchedCopy, path, null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
