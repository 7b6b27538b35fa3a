using TorchSharp;

namespace Espalier.Torch.Loading;

/// <summary>
/// libtorch in this process. Nothing has to be called: TorchSharp loads its library at first use, and this assembly helps where that fails
/// (Debian 12, Ubuntu 22.04 and containers built on them, whose libstdc++ is older than the one TorchSharp was built with).
/// </summary>
public static class TorchRuntime
{
    /// <summary>The version of the libtorch packages that the TorchSharp of this build belongs to.</summary>
    public const string LibTorchVersion = "2.10.0";

    /// <summary>Loads libtorch now, to have the cost or the error at a chosen place.</summary>
    /// <exception cref="EspalierException">libtorch or TorchSharp's native library is absent or does not load; the message names cause and remedy.</exception>
    public static void EnsureLoaded()
    {
        if (!TorchLibraryResolver.TryLoad()) throw FailureOf(TorchLibraryResolver.Outcome).ToException();
        torch.InitializeDeviceType(DeviceType.CPU);
    }

    /// <summary>Tries to load libtorch and tells what came of it. Does not throw when libtorch is absent.</summary>
    public static TorchDescription Describe()
    {
        var folders = NativeFolders.Search(TorchLibraryResolver.TorchSharpFolder);
        var libtorch = Path.GetDirectoryName(NativeFolders.Find(folders, NativeFolders.LibTorchName));
        var description = new TorchDescription
        {
            LibTorchFolder = libtorch,
            IsCudaBuild = libtorch is not null && Directory.EnumerateFiles(libtorch, "*torch_cuda*").Any(),
            LeftoverFolder = FindLeftover(),
        };
        try
        {
            EnsureLoaded();
        }
        catch (EspalierException error)
        {
            return description with { Failure = error };
        }
        var outcome = TorchLibraryResolver.Outcome;
        return description with
        {
            Mode = outcome?.Mode ?? TorchLoadMode.Native,
            LoadedFile = outcome?.LoadedFile ?? NativeFolders.Find(folders, NativeFolders.ShimName),
            Version = torch.__version__,
            ThreadCount = torch.get_num_threads(),
            CudaDeviceCount = description.IsCudaBuild && torch.cuda.is_available() ? torch.cuda.device_count() : 0,
        };
    }

    // TorchSharp alone, having failed to load, copies the packages' native files to this folder and leaves them there.
    private static string? FindLeftover()
    {
        var folder = Path.Combine(TorchLibraryResolver.TorchSharpFolder, "cpu");
        return File.Exists(Path.Combine(folder, NativeFolders.ShimName)) || File.Exists(Path.Combine(folder, NativeFolders.LibTorchName)) ? folder : null;
    }

    private static LoadFailure FailureOf(LoadOutcome? outcome) => outcome?.Failure ?? LoadFailures.ShimDoesNotLoad(
        NativeFolders.ShimName, new DllNotFoundException("the runtime's search failed and no other was made"));
}
