namespace Espalier.Torch.Loading;

/// <summary>The texts of what can go wrong.</summary>
internal static class LoadFailures
{
    /// <summary>The package that an application has to reference on this system.</summary>
    public static string Package { get; } = $"libtorch-cpu-{NativeFolders.RuntimeIdentifier}";

    public static LoadFailure NoShim(IReadOnlyList<string> folders) => new(
        $"TorchSharp's native library {NativeFolders.ShimName} is in none of the folders searched: {string.Join(", ", folders)}", null,
        $"Let the application reference the package TorchSharp and publish it for {NativeFolders.RuntimeIdentifier}; TorchSharp has native libraries for linux-x64, win-x64 and osx-arm64");

    public static LoadFailure NoLibTorch(IReadOnlyList<string> folders) => new(
        $"{NativeFolders.LibTorchName} (PyTorch's native library) is in none of the folders searched: {string.Join(", ", folders)}", null,
        $"Let the application reference the package {Package} {Version} (or a libtorch-cuda package of the same version)");

    public static LoadFailure LibTorchDoesNotLoad(string libtorch, Exception error) => new(
        $"libtorch is present but does not load: {OneLine(error)}", libtorch,
        $"Run 'ldd {libtorch}' to see what it lacks; libtorch needs a 64-bit system with glibc (not musl), and its CUDA builds need all parts of the package", error);

    public static LoadFailure ShimDoesNotLoad(string shim, Exception error) => new(
        $"TorchSharp's native library does not load: {OneLine(error)}", shim,
        $"Check that the packages TorchSharp and {Package} {Version} were restored completely and belong together", error);

    public static LoadFailure PatchDoesNotHelp(string shim, HostStandardLibrary host, IReadOnlyList<ElfVersionNeed> missing, Exception error)
    {
        var needed = string.Join(", ", missing.Select(need => need.Version));
        return new(
            $"TorchSharp's native library needs {needed}, this system has {host.Highest} ({host.Path}), "
            + $"and a copy without that demand could not be used: {OneLine(error)}",
            shim,
            $"Install a libstdc++ with {needed} (GCC 13 or newer: Debian 13, Ubuntu 24.04), "
            + "or set XDG_CACHE_HOME to a folder that this user can write and load libraries from", error);
    }

    // Not asked of TorchSharp: a touch of its main class would start the very load that has just failed.
    private static string Version => TorchRuntime.LibTorchVersion;

    // The runtime's message begins with general advice; the last line is what the system's loader said.
    private static string OneLine(Exception error) =>
        error.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? error.GetType().Name;
}
