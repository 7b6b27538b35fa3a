using System.Runtime.InteropServices;

namespace Espalier.Torch.Loading;

/// <summary>Puts the patched copy on disk and loads it.</summary>
internal static class PatchedCopyLoader
{
    private const string Stem = "libLibTorchSharp";

    /// <summary>
    /// Loads from the cache folder, or from a temporary folder where the cache cannot be written or its file system forbids to load
    /// libraries (read-only home, container without one, mount option noexec).
    /// </summary>
    /// <exception cref="DllNotFoundException">The copy does not load from either place.</exception>
    public static LoadOutcome Load(byte[] source, byte[] patched, PrivateCache? cache)
    {
        if (cache is null) return LoadFromTemporary(source, patched);
        try
        {
            var path = cache.Store(Stem, source, patched);
            return new(NativeLibrary.Load(path), TorchLoadMode.PatchedCopy, path, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            return LoadFromTemporary(source, patched);
        }
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
