using System.Security.Cryptography;

namespace Espalier.Torch.Loading;

/// <summary>
/// A folder for files that are loaded as code: it belongs to the user alone, and a file's content is compared before it is used.
/// </summary>
internal sealed class PrivateCache(string folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Path of the folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>
    /// The user's folder: <c>$XDG_CACHE_HOME/espalier/native</c>, by default <c>~/.cache/espalier/native</c>; null for a user without a home.
    /// </summary>
    public static PrivateCache? ForUser()
    {
        // The XDG base directory specification: a relative path is invalid and is ignored.
        var root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathFullyQualified(root ?? ""))
        {
            root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache");
        }
        return Path.IsPathFullyQualified(root!) ? new(Path.Combine(root!, "espalier", "native")) : null;
    }

    /// <summary>
    /// Returns the path of a file with exactly these bytes, written if it is absent or differs. Safe when several processes do it at once:
    /// each writes a file of its own and renames it, and a library that is already mapped keeps its old file.
    /// </summary>
    /// <param name="stem">First part of the name; a hash of the source follows, so that versions live side by side.</param>
    /// <param name="source">What the content was made from.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder belongs to somebody else.</exception>
    public string Store(string stem, ReadOnlySpan<byte> source, ReadOnlySpan<byte> content)
    {
        CreateFolder();
        var path = Path.Combine(Folder, $"{stem}-{Convert.ToHexStringLower(SHA256.HashData(source))[..16]}.so");
        if (Holds(path, content)) return path;
        var temporary = Path.Combine(Folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        return Holds(path, content) ? path : throw new IOException($"{path} does not hold what was written to it.");
    }

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);
            return;
        }
        Directory.CreateDirectory(Folder, OwnerOnly);
        // An older folder may be open to others. Only the owner may change the mode, so this also refuses a stranger's folder.
        File.SetUnixFileMode(Folder, OwnerOnly);
    }

    private static bool Holds(string path, ReadOnlySpan<byte> content)
    {
        var file = new FileInfo(path);
        // A link could lead anywhere and be moved after the comparison.
        return file.Exists && file.LinkTarget is null && file.Length == content.Length && content.SequenceEqual(File.ReadAllBytes(path));
    }
}
