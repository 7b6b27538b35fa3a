using System.Runtime.InteropServices;

namespace Espalier.Torch.Loading;

/// <summary>Where the native libraries of TorchSharp and libtorch may lie.</summary>
internal static class NativeFolders
{
    /// <summary>File name of TorchSharp's native part on this system.</summary>
    public static string ShimName { get; } =
        OperatingSystem.IsWindows() ? "LibTorchSharp.dll" : OperatingSystem.IsMacOS() ? "libLibTorchSharp.dylib" : "libLibTorchSharp.so";

    /// <summary>File name of libtorch's entry library on this system.</summary>
    public static string LibTorchName { get; } =
        OperatingSystem.IsWindows() ? "torch.dll" : OperatingSystem.IsMacOS() ? "libtorch.dylib" : "libtorch.so";

    /// <summary>The runtime identifier that the packages use, for example <c>linux-x64</c>.</summary>
    public static string RuntimeIdentifier { get; } =
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    /// <summary>
    /// Existing folders in the order of search: what the host tells (application folder, native assets, the package cache when the
    /// application runs out of it or is installed as a tool), the usual places below the application, then the package layout around TorchSharp.dll.
    /// </summary>
    public static IReadOnlyList<string> Search(string torchSharpFolder)
    {
        var told = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        List<string> folders = [.. told];
        foreach (var root in new[] { AppContext.BaseDirectory, torchSharpFolder }.Where(root => root.Length > 0))
        {
            folders.Add(root);
            folders.Add(Path.Combine(root, "runtimes", RuntimeIdentifier, "native"));
        }
        folders.AddRange(PackageLayout(torchSharpFolder));
        return [.. folders.Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).Distinct(StringComparer.Ordinal).Where(Directory.Exists)];
    }

    /// <summary>The first folder that holds the file, or null.</summary>
    public static string? Find(IEnumerable<string> folders, string file) =>
        folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    // .../packages/torchsharp/VERSION/lib/FRAMEWORK/TorchSharp.dll, with libtorch in packages beside torchsharp.
    private static IEnumerable<string> PackageLayout(string torchSharpFolder)
    {
        var framework = new DirectoryInfo(torchSharpFolder.Length > 0 ? torchSharpFolder : AppContext.BaseDirectory);
        if (framework.Parent is not { Name: "lib", Parent: { Parent: { Name: "torchsharp", Parent: { } packages } } package }) yield break;
        var native = Path.Combine("runtimes", RuntimeIdentifier, "native");
        yield return Path.Combine(package.FullName, native);
        foreach (var libtorch in packages.EnumerateDirectories($"libtorch-*-{RuntimeIdentifier}").OrderBy(folder => folder.Name, StringComparer.Ordinal))
        {
            foreach (var version in libtorch.EnumerateDirectories().OrderByDescending(folder => folder.Name, StringComparer.Ordinal))
            {
                yield return Path.Combine(version.FullName, native);
            }
        }
    }
}
