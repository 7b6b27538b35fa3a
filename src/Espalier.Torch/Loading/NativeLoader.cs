using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Espalier.Torch.Loading;

/// <summary>
/// Loads TorchSharp's native part where the normal load failed: first libtorch from wherever it lies, then the part itself, and if this
/// system's libstdc++ is too old for it, a patched copy.
/// </summary>
internal static class NativeLoader
{
    /// <summary>Tries once. Every failure is part of the outcome: an exception would not reach the user from where this is called.</summary>
    /// <param name="torchSharpFolder">Folder of TorchSharp.dll, empty if unknown.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The caller is an event of the runtime whose exceptions TorchSharp swallows.")]
    public static LoadOutcome Load(string torchSharpFolder)
    {
        var folders = NativeFolders.Search(torchSharpFolder);
        if (NativeFolders.Find(folders, NativeFolders.ShimName) is not { } shim) return Failed(LoadFailures.NoShim(folders));
        if (NativeFolders.Find(folders, NativeFolders.LibTorchName) is not { } libtorch) return Failed(LoadFailures.NoLibTorch(folders));
        try
        {
            // Before anything is loaded: a damaged file is told from a missing dependency.
            IReadOnlyList<string> needed = OperatingSystem.IsLinux() ? ElfImage.Read(shim).Needed : [];
            return LoadLibTorch(libtorch, needed) is { } failure ? Failed(failure) : LoadShim(shim);
        }
        catch (Exception error)
        {
            return Failed(LoadFailures.ShimDoesNotLoad(shim, error));
        }
    }

    // Libraries already in the process satisfy the dependencies of one that is loaded later, wherever the latter lies. libtorch's entry
    // library pulls in the rest of its own build (CPU or CUDA) from its folder; the shim's list names what it needs besides.
    private static LoadFailure? LoadLibTorch(string libtorch, IReadOnlyList<string> needed)
    {
        try
        {
            NativeLibrary.Load(libtorch);
            var folder = Path.GetDirectoryName(libtorch)!;
            foreach (var path in needed.Select(name => Path.Combine(folder, name)).Where(File.Exists)) NativeLibrary.Load(path);
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            return LoadFailures.LibTorchDoesNotLoad(libtorch, error);
        }
    }

    private static LoadOutcome LoadShim(string shim)
    {
        try
        {
            return new(NativeLibrary.Load(shim), TorchLoadMode.Native, shim, null);
        }
        catch (DllNotFoundException error) when (OperatingSystem.IsLinux())
        {
            return LoadPatched(shim, error);
        }
    }

    private static LoadOutcome LoadPatched(string shim, Exception normalError)
    {
        var source = File.ReadAllBytes(shim);
        var host = HostStandardLibrary.Find();
        var missing = WeakVersionPatch.Missing(ElfImage.Parse(source, shim), HostStandardLibrary.Name, host?.Versions ?? []);
        // Without a version to blame the cause is another one, and a patch would only hide it.
        if (host is null || missing.Count == 0) return Failed(LoadFailures.ShimDoesNotLoad(shim, normalError));
        try
        {
            return PatchedCopyLoader.Load(source, WeakVersionPatch.Apply(source, shim, missing), PrivateCache.ForUser());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or EspalierException or DllNotFoundException)
        {
            return Failed(LoadFailures.PatchDoesNotHelp(shim, host, missing, error));
        }
    }

    private static LoadOutcome Failed(LoadFailure failure) => new(IntPtr.Zero, TorchLoadMode.NotLoaded, null, failure);
}
