using System.Text.Json.Nodes;
using Espalier.Evaluation.Diagnostics;
using Espalier.Torch.Loading;
using TorchSharp;
using Xunit;

namespace Espalier.Tests.Loading;

/// <summary>Loading happens once per process, so these tests start processes of their own.</summary>
public sealed class LoadingProcessTests
{
    private const string Prefix = "Espalier.Tests.Loading.LoadingProcessTests.";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Runs in a child process too: no call to EnsureLoaded, as in an application that only uses TorchSharp.</summary>
    [Fact]
    public void Untouched_TorchSharp_works_once_this_assembly_is_in_use()
    {
        _ = typeof(TorchLibraryResolver).Assembly.ManifestModule;
        System.Runtime.CompilerServices.RuntimeHelpers.RunModuleConstructor(typeof(TorchLibraryResolver).Module.ModuleHandle);
        using var ones = torch.ones(3, 4);
        using var sum = ones.sum();
        Assert.Equal(12f, sum.item<float>());
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cpu")), "TorchSharp copied libtorch into a folder 'cpu'.");
    }

    [Fact]
    public async Task Two_processes_at_once_share_one_cached_copy_also_with_immediate_binding()
    {
        Assert.SkipUnless(NeedsPatch(), "This system loads TorchSharp without help.");
        using var cache = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["XDG_CACHE_HOME"] = cache.Path, ["LD_BIND_NOW"] = "1" };
        using var first = TestProcess.Start(Prefix + nameof(Untouched_TorchSharp_works_once_this_assembly_is_in_use), environment);
        using var second = TestProcess.Start(Prefix + nameof(Untouched_TorchSharp_works_once_this_assembly_is_in_use), environment);
        foreach (var process in new[] { first, second }) await process.ShouldPassAsync(Cancellation);
        var copy = Assert.Single(Directory.GetFiles(cache.Path, "*", SearchOption.AllDirectories));

        // A damaged copy does no harm: the next process notices and rewrites it.
        var good = await File.ReadAllBytesAsync(copy, Cancellation);
        await File.WriteAllBytesAsync(copy, good.AsMemory(0, good.Length / 2), Cancellation);
        using var third = TestProcess.Start(Prefix + nameof(Untouched_TorchSharp_works_once_this_assembly_is_in_use), environment);
        await third.ShouldPassAsync(Cancellation);
        Assert.Equal(good, await File.ReadAllBytesAsync(copy, Cancellation));
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_replaced_by_a_temporary_folder()
    {
        Assert.SkipUnless(NeedsPatch(), "This system loads TorchSharp without help.");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Combine("file"), "a file where a folder is wanted", Cancellation);
        using var process = TestProcess.Start(Prefix + nameof(Untouched_TorchSharp_works_once_this_assembly_is_in_use),
            new Dictionary<string, string> { ["XDG_CACHE_HOME"] = folder.Combine("file"), ["TMPDIR"] = folder.Path });
        await process.ShouldPassAsync(Cancellation);
        Assert.Empty(Directory.GetDirectories(folder.Path, "espalier-*"));
    }

    /// <summary>In the ordinary run it skips; the tests below start it in an application folder that lacks something.</summary>
    [Fact]
    public void With_incomplete_files_every_use_names_cause_and_remedy()
    {
        var expected = Environment.GetEnvironmentVariable("ESPALIER_TEST_EXPECTED_ERROR")?.Split('|') ?? [];
        Assert.SkipUnless(expected.Length > 0, "Runs in a child process only.");
        foreach (var use in new Action[] { () => torch.ones(2).Dispose(), TorchRuntime.EnsureLoaded, () => torch.zeros(2).Dispose() })
        {
            var error = Record.Exception(use);
            while (error is TypeInitializationException) error = error.InnerException;
            var clear = Assert.IsType<EspalierException>(error);
            Assert.All(expected, part => Assert.Contains(part, clear.Message, StringComparison.Ordinal));
            Assert.Contains($"{LoadFailures.Package} {TorchRuntime.LibTorchVersion}", clear.Remedy, StringComparison.Ordinal);
        }
        var description = TorchRuntime.Describe();
        Assert.NotNull(description.Failure);
        Assert.Equal(TorchLoadMode.NotLoaded, description.Mode);
        var libtorch = Assert.Single(MachineReport.Create().Checks, check => check.Name == "libtorch");
        Assert.Equal(CheckStatus.Missing, libtorch.Status);
        Assert.All(expected, part => Assert.Contains(part, libtorch.Found, StringComparison.Ordinal));
        Assert.Contains(LoadFailures.Package, libtorch.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_libtorch_the_error_is_clear_and_nothing_is_copied()
    {
        using var folder = new TemporaryFolder();
        LinkApplication(folder.Path, file => file == NativeFolders.ShimName);
        await FailsClearlyAsync(folder, $"{NativeFolders.LibTorchName} (PyTorch's native library) is in none of the folders searched");
    }

    [Fact]
    public async Task A_damaged_native_library_is_named()
    {
        using var folder = new TemporaryFolder();
        var native = LinkApplication(folder.Path, file => file != NativeFolders.ShimName);
        await File.WriteAllTextAsync(Path.Combine(native, NativeFolders.ShimName), "not a library", Cancellation);
        await FailsClearlyAsync(folder, $"{NativeFolders.ShimName}|not a 64-bit little-endian ELF file");
    }

    private static async Task FailsClearlyAsync(TemporaryFolder folder, string expected)
    {
        using var process = TestProcess.Start(Prefix + nameof(With_incomplete_files_every_use_names_cause_and_remedy),
            new Dictionary<string, string> { ["ESPALIER_TEST_EXPECTED_ERROR"] = expected }, folder.Path);
        var output = await process.ShouldPassAsync(Cancellation);
        Assert.DoesNotContain("LoadNativeBackend", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Combine("cpu")), "TorchSharp copied libtorch into a folder 'cpu'.");
    }

    private static bool NeedsPatch() => TorchRuntime.Describe().Mode == TorchLoadMode.PatchedCopy;

    // The host follows links of the application itself, so its own files are copied; the rest is linked.
    private static string LinkApplication(string target, Func<string, bool> selectNative)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Builds the application folder from links.");
        var source = AppContext.BaseDirectory;
        foreach (var file in Directory.GetFiles(source))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            if (Path.GetFileName(file).StartsWith("Espalier.Tests.", StringComparison.Ordinal)) File.Copy(file, copy);
            else File.CreateSymbolicLink(copy, file);
        }
        var native = Directory.CreateDirectory(Path.Combine(target, "runtimes", NativeFolders.RuntimeIdentifier, "native")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(source, "runtimes", NativeFolders.RuntimeIdentifier, "native")))
        {
            if (selectNative(Path.GetFileName(file))) File.CreateSymbolicLink(Path.Combine(native, Path.GetFileName(file)), file);
        }
        RemoveAbsentAssets(Path.Combine(target, "Espalier.Tests.deps.json"));
        return native;
    }

    // The host refuses to start when a listed native file is absent: list none but those that are there.
    private static void RemoveAbsentAssets(string depsFile)
    {
        var deps = JsonNode.Parse(File.ReadAllText(depsFile))!;
        foreach (var package in deps["targets"]!.AsObject().SelectMany(framework => framework.Value!.AsObject()))
        {
            if (package.Value!["runtimeTargets"]?.AsObject() is not { } assets) continue;
            foreach (var path in assets.Select(asset => asset.Key).ToArray())
            {
                if (!File.Exists(Path.Combine(Path.GetDirectoryName(depsFile)!, path))) assets.Remove(path);
            }
        }
        File.WriteAllText(depsFile, deps.ToJsonString());
    }
}
