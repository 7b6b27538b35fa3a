using Espalier.Torch.Loading;
using Xunit;

namespace Espalier.Tests.Loading;

public sealed class WeakVersionPatchTests
{
    private const string Marker = "GLIBCXX_3.4.32";

    [Fact]
    public void Only_the_flags_of_the_missing_version_change()
    {
        var path = RequireShim();
        var source = File.ReadAllBytes(path);
        var image = ElfImage.Parse(source, path);
        var available = image.VersionNeeds().Select(need => need.Version).Where(version => version != Marker).ToArray();
        var missing = Assert.Single(WeakVersionPatch.Missing(image, HostStandardLibrary.Name, available));
        var patched = WeakVersionPatch.Apply(source, path, [missing]);

        var changed = Enumerable.Range(0, source.Length).Where(i => source[i] != patched[i]).ToArray();
        var position = Assert.Single(changed);
        Assert.Equal(0, source[position]);
        Assert.Equal(2, patched[position]);
        // Independent of the parser: the entry begins four bytes earlier with the System V hash of the version's name.
        Assert.Equal(SystemVHash(Marker), BitConverter.ToUInt32(patched, position - 4));
        Assert.Empty(WeakVersionPatch.Missing(ElfImage.Parse(patched, path), HostStandardLibrary.Name, available));
    }

    [Fact]
    public void A_version_that_is_used_is_not_weakened()
    {
        var path = RequireShim();
        var used = ElfImage.Read(path).VersionNeeds().Single(need => need.Version == "GLIBCXX_3.4.21");
        var error = Assert.Throws<InvalidFileException>(() => WeakVersionPatch.Apply(File.ReadAllBytes(path), path, [used]));
        Assert.Contains("GLIBCXX_3.4.21", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Needed_libraries_and_versions_are_read()
    {
        var image = ElfImage.Read(RequireShim());
        Assert.Contains("libtorch.so", image.Needed);
        Assert.Contains("libstdc++.so.6", image.Needed);
        Assert.Contains(image.VersionNeeds(), need => need is { Library: "libc.so.6", Version: "GLIBC_2.34" });
    }

    [Fact]
    public void The_standard_library_of_this_process_is_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has symbol versions.");
        var library = HostStandardLibrary.Find();
        Assert.NotNull(library);
        Assert.StartsWith("GLIBCXX_3.4.", library.Highest, StringComparison.Ordinal);
        Assert.Contains("CXXABI_1.3", library.Versions);
    }

    [Fact]
    public void Damaged_files_are_refused_and_never_crash()
    {
        var path = RequireShim();
        var source = File.ReadAllBytes(path);
        Assert.Throws<InvalidFileException>(() => ElfImage.Parse([], "empty"));
        Assert.Throws<InvalidFileException>(() => ElfImage.Parse(new byte[4096], "zeros"));
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            // A header with a few wild bytes, and a cut file: either it still parses or it is refused with the proper exception.
            var damaged = source.AsSpan(0, round % 2 == 0 ? source.Length : random.Next(64, source.Length)).ToArray();
            for (var i = 0; i < 4; i++) damaged[random.Next(6, 700)] = (byte)random.Next(256);
            var error = Record.Exception(() =>
            {
                var image = ElfImage.Parse(damaged, "damaged");
                _ = image.VersionNeeds();
                _ = image.VersionDefinitions();
                _ = image.RelocatedSymbols(18);
            });
            Assert.True(error is null or InvalidFileException, $"round {round}: {error}");
        }
    }

    private static string RequireShim()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The library of this system is not an ELF file.");
        return NativeFolders.Find(NativeFolders.Search(TorchLibraryResolver.TorchSharpFolder), NativeFolders.ShimName)!;
    }

    private static uint SystemVHash(string name)
    {
        uint hash = 0;
        foreach (var character in name)
        {
            hash = (hash << 4) + character;
            var high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }
        return hash;
    }
}
