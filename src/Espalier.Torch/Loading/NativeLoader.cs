using System.Runtime.InteropServices;

namespace Espalier.Torch.Loading;

/// <summary>
/// Loads TorchSharp's native part where the normal load failed: first libtorch from wherever it lies, then the part itself, and if this
/// system's libstdc++ is too old for it, a patched copy.
/// </summary>
internal static class NativeLoader
{
    /// <summary>Tries once; never throws for a reason that a user can act on.</summary>
    /// <param name="torchSharpFolder">Folder of TorchSharp.dll, empty if unknown.</param>
    public static LoadOutcome Load(string torchSharpFolder)
    {
        var folders = NativeFolders.Search(torchSharpFolder);
        if (NativeFolders.Find(folders, NativeFolders.ShimName) is not { } shim) return Failed(LoadFailures.NoShim(folders));
        if (NativeFolders.Find(folders, NativeFolders.LibTorchName) is not { } libtorch) return Failed(LoadFailures.NoLibTorch(folders));
        try
        {
            LoadLibTorch(shim, libtorch);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException or EspalierException)
        {
            return Failed(LoadFailures.LibTorchDoesNotLoad(libtorch, error));
        }
        try
        {
            return new(NativeLibrary.Load(shim), TorchLoadMode.Native, shim, null);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            return OperatingSystem.IsLinux() ? LoadPatched(shim, error) : Failed(LoadFailures.ShimDoesNotLoad(shim, error));
        }
    }

    // Libraries already in the process satisfy the dependencies of one that is loaded later, wherever the latter lies. libtorch's entry
    // library pulls in the rest of its own build (CPU or CUDA) from its folder; the shim's list names what it needs besides.
    private static void LoadLibTorch(string shim, string libtorch)
    {
        NativeLibrary.Load(libtorch);
        if (!OperatingSystem.IsLinux()) return;
        var folder = Path.GetDirectoryName(libtorch)!;
        foreach (var path in ElfImage.Read(shim).Needed.Select(name => Path.Combine(folder, name)).Where(File.Exists)) NativeLibrary.Load(path);
    }

    private static LoadOutcome LoadPatched(string shim, Exception normalError)
    {
        try
        {
            var source = File.ReadAllBytes(shim);
            var host = HostStandardLibrary.Find();
            var missing = WeakVersionPatch.Missing(ElfImage.Parse(source, shim), HostStandardLibrary.Name, host?.Versions ?? []);
            // Without a version to blame the cause is another one, and a patch would only hide it.
            if (host is null || missing.Count == 0) return Failed(LoadFailures.ShimDoesNotLoad(shim, normalError));
            var patched = WeakVersionPatch.Apply(source, shim, missing);
            return PatchedCopyLoader.Load(source, patched, PrivateCache.ForUser());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or EspalierException or DllNotFoundException or BadImageFormatException)
        {
            return Failed(LoadFailures.PatchDoesNotHelp(shim, error));
        }
    }

    private static LoadOutcome Failed(LoadFailure failure) => new(IntPtr.Zero, TorchLoadMode.NotLoaded, null, failure);
}
