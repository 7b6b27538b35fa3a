namespace Espalier.Core.Tests.Formats;

/// <summary>A folder that disappears with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    private const string LinuxMemory = "/dev/shm";

    /// <param name="inMemory">Use a file system in memory where there is one: for tests that create thousands of files.</param>
    public TempFolder(bool inMemory = false)
    {
        var name = $"espalier-formats-{Guid.NewGuid():N}";
        var parent = inMemory && Directory.Exists(LinuxMemory) ? LinuxMemory : System.IO.Path.GetTempPath();
        Path = Directory.CreateDirectory(System.IO.Path.Combine(parent, name)).FullName;
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
