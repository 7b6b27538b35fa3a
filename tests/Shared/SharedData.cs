using Xunit;

namespace Espalier.Testing;

/// <summary>Finds the data that stands beside the repository, and skips a test with a reason where it is absent.</summary>
internal static class SharedData
{
    /// <summary>The repository's root: the folder that holds Espalier.slnx.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Full path of a file or folder of the data, or skips the running test.</summary>
    public static string Require(params string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine([RepositoryRoot, "..", "shared", "data", .. parts]));
        Assert.SkipUnless(Path.Exists(path), $"The test data '{string.Join('/', parts)}' is not present at {path}.");
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Espalier.slnx"))) return folder.FullName;
        }
        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Espalier.slnx.");
    }
}
