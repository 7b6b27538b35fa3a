namespace Espalier.Torch.Loading;

/// <summary>The C++ standard library that this process uses, and the versions that it defines.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Versions">Names such as <c>GLIBCXX_3.4.30</c> and <c>CXXABI_1.3.13</c>.</param>
public sealed record HostStandardLibrary(string Path, IReadOnlyList<string> Versions)
{
    /// <summary>The name by which programs ask for it.</summary>
    public const string Name = "libstdc++.so.6";

    private const string Prefix = "GLIBCXX_";

    /// <summary>The highest GLIBCXX version, for example <c>GLIBCXX_3.4.30</c>, or null.</summary>
    public string? Highest => Versions.Where(name => ParseVersion(name) is not null).MaxBy(ParseVersion);

    /// <summary>The GLIBCXX version with which TorchSharp loads by itself; with an older one a patched copy is loaded.</summary>
    public const string NeededByTorchSharp = "GLIBCXX_3.4.32";

    /// <summary>Finds the library among the files mapped into this process (the .NET runtime itself uses it); null elsewhere than on Linux.</summary>
    /// <exception cref="InvalidFileException">The file cannot be understood.</exception>
    public static HostStandardLibrary? Find()
    {
        if (!OperatingSystem.IsLinux()) return null;
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var start = line.IndexOf('/', StringComparison.Ordinal);
            if (start < 0 || !System.IO.Path.GetFileName(line.AsSpan(start)).StartsWith("libstdc++.so", StringComparison.Ordinal)) continue;
            var path = line[start..];
            return new(path, ElfImage.Read(path).VersionDefinitions());
        }
        return null;
    }

    private static Version? ParseVersion(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && Version.TryParse(name.AsSpan(Prefix.Length), out var version) ? version : null;
}
