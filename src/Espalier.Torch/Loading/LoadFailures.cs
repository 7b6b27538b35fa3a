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

    public static LoadFailure PatchDoesNotHelp(string shim, Exception error)
    {
        var host = HostStandardLibrary.Find();
        var needed = ElfImage.Read(shim).VersionNeeds().Where(need => need.Library == HostStandardLibrary.Name).Select(need => need.Version);
        var highest = new HostStandardLibrary(shim, [.. needed]).Highest;
        return new($"TorchSharp's native library needs {highest}, this system has {host?.Highest ?? "no libstdc++"} ({host?.Path ?? "not found"}), and the copy without that demand could not be used: {OneLine(error)}",
            shim, $"Install a libstdc++ with {highest} (GCC 13 or newer: Debian 13, Ubuntu 24.04), or set XDG_CACHE_HOME to a folder that this user can write and load libraries from", error);
    }

    // Not asked of TorchSharp: a touch of its main class would start the very load that has just failed.
    private static string Version => TorchRuntime.LibTorchVersion;

    private static string OneLine(Exception error) => error.Message.ReplaceLineEndings(" ").Trim();
}
