using Espalier.Torch.Loading;
using Xunit;

namespace Espalier.Tests.Loading;

public sealed class PrivateCacheTests
{
    private static readonly byte[] Content = [1, 2, 3, 4, 5];

    [Fact]
    public void A_corrupted_copy_is_rewritten_and_a_good_one_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        var cache = new PrivateCache(folder.Combine("cache"));
        var path = cache.Store("lib", [9], Content);
        var written = File.GetLastWriteTimeUtc(path);
        Assert.Equal(path, cache.Store("lib", [9], Content));
        Assert.Equal(written, File.GetLastWriteTimeUtc(path));

        File.WriteAllBytes(path, [1, 2, 3, 4, 6]);
        Assert.Equal(path, cache.Store("lib", [9], Content));
        Assert.Equal(Content, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(cache.Folder));
    }

    [Fact]
    public void A_new_source_gets_a_name_of_its_own()
    {
        using var folder = new TemporaryFolder();
        var cache = new PrivateCache(folder.Path);
        Assert.NotEqual(cache.Store("lib", [1], Content), cache.Store("lib", [2], Content));
    }

    [Fact]
    public void The_folder_is_closed_to_others_and_a_link_is_not_trusted()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix file modes.");
            return;
        }
        using var folder = new TemporaryFolder();
        var cache = new PrivateCache(folder.Combine("a", "b"));
        var path = cache.Store("lib", [1], Content);
        File.SetUnixFileMode(cache.Folder, (UnixFileMode)0b111_111_111);
        File.Move(path, folder.Combine("elsewhere"));
        File.CreateSymbolicLink(path, folder.Combine("elsewhere"));

        Assert.Equal(path, cache.Store("lib", [1], Content));
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(cache.Folder));
    }
}
