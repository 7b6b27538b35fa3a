using Espalier.Torch.Loading;

namespace Espalier.Evaluation.Diagnostics;

/// <summary>The native libraries: libstdc++, libtorch, ONNX Runtime.</summary>
internal static class LibraryChecks
{
    public static MachineCheck StandardLibrary(string name, IMachineProbe probe)
    {
        if (probe.StandardLibrary() is not { } library)
        {
            return new(name, CheckStatus.Missing, "not loaded in this process",
                "libtorch and ONNX Runtime need it: install libstdc++6 (Debian, Ubuntu) or libstdc++ (Fedora, Alpine)");
        }
        var found = $"{library.Highest ?? "no GLIBCXX version"} in {library.Path}";
        return library.Versions.Contains(HostStandardLibrary.NeededByTorchSharp)
            ? new(name, CheckStatus.Ok, found)
            : new(name, CheckStatus.Ok, $"{found}; TorchSharp asks for {HostStandardLibrary.NeededByTorchSharp}, so Espalier loads a patched copy of its library");
    }

    public static MachineCheck LibTorch(string name, IMachineProbe probe)
    {
        var torch = probe.LibTorch();
        if (torch.Failure is { } failure)
        {
            return new(name, CheckStatus.Missing, failure.Where is null ? failure.Problem : $"{failure.Where}: {failure.Problem}",
                $"{failure.Remedy}. Commands that neither calibrate nor train work without it");
        }
        var how = torch.Mode == TorchLoadMode.PatchedCopy ? $"TorchSharp through the patched copy {torch.LoadedFile}" : $"TorchSharp as packaged ({torch.LoadedFile})";
        var device = !torch.IsCudaBuild ? "CPU build" : $"CUDA build, {torch.CudaDeviceCount} device(s)";
        var found = $"{torch.Version}, {device}, {torch.ThreadCount} thread(s), in {torch.LibTorchFolder}; {how}";
        if (torch.IsCudaBuild && torch.CudaDeviceCount == 0)
        {
            return new(name, CheckStatus.Warning, found, "No CUDA device can be used: check the NVIDIA driver with nvidia-smi; the CPU works");
        }
        return new(name, CheckStatus.Ok, found);
    }

    /// <summary>The folder of copies that a failed load of TorchSharp left behind, or null; null too when the question fails, which the libtorch check reports.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "The libtorch check asks the same and reports the error.")]
    public static string? LeftoverFolder(IMachineProbe probe)
    {
        try
        {
            return probe.LibTorch().LeftoverFolder;
        }
        catch (Exception)
        {
            return null;
        }
    }

    public static MachineCheck Leftover(string name, string folder) => new(name, CheckStatus.Warning,
        $"{folder} holds copies of libtorch (about 500 MB) that TorchSharp made after a failed load", $"Nothing uses them: delete {folder}");

    public static MachineCheck OnnxRuntime(string name, IMachineProbe probe)
    {
        var runtime = probe.OnnxRuntime();
        if (runtime.Version is null)
        {
            return new(name, CheckStatus.Missing, $"does not load: {runtime.Failure}",
                "Let the application reference the package Microsoft.ML.OnnxRuntime and publish it for this platform; it is needed to measure latency and to check results");
        }
        return new(name, CheckStatus.Ok, $"{runtime.Version}, {string.Join(", ", runtime.Providers)}");
    }
}
