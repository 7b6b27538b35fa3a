using System.Text.Json.Nodes;
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

    /// <summary>In the ordinary run it skips; the test below starts it in an application folder without libtorch.</summary>
    [Fact]
    public void Without_libtorch_every_use_names_cause_and_remedy()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("ESPALIER_TEST_NO_LIBTORCH") == "1", "Runs in a child process only.");
        foreach (var use in new Action[] { () => torch.ones(2).Dispose(), TorchRuntime.EnsureLoaded, () => torch.zeros(2).Dispose() })
        {
            var error = Record.Exception(use);
            while (error is TypeInitializationException) error = error.InnerException;
            var clear = Assert.IsType<EspalierException>(error);
            Assert.Contains(NativeFolders.LibTorchName, clear.Message, StringComparison.Ordinal);
            Assert.Contains($"package {LoadFailures.Package} {TorchRuntime.LibTorchVersion}", clear.Remedy, StringComparison.Ordinal);
        }
        var description = TorchRuntime.Describe();
        Assert.NotNull(description.Failure);
        Assert.Equal(TorchLoadMode.NotLoaded, description.Mode);
        Assert.Null(description.LibTorchFolder);
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cpu")), "TorchSharp copied libtorch into a folder 'cpu'.");
    }

    [Fact]
    public async Task Without_libtorch_the_error_is_clear_and_nothing_is_copied()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Builds the application folder from links.");
        using var folder = new TemporaryFolder();
        LinkApplicationWithoutLibTorch(folder.Path);
        using var process = TestProcess.Start(Prefix + nameof(Without_libtorch_every_use_names_cause_and_remedy),
            new Dictionary<string, string> { ["ESPALIER_TEST_NO_LIBTORCH"] = "1" }, folder.Path);
        var output = await process.ShouldPassAsync(Cancellation);
        Assert.DoesNotContain("Consolidating", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Combine("cpu")));
    }

    private static bool NeedsPatch() => TorchRuntime.Describe().Mode == TorchLoadMode.PatchedCopy;

    // The host follows links of the application itself, so its own files are copied; the rest is linked.
    private static void LinkApplicationWithoutLibTorch(string target)
    {
        var source = AppContext.BaseDirectory;
        foreach (var file in Directory.GetFiles(source))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            if (Path.GetFileName(file).StartsWith("Espalier.Tests.", StringComparison.Ordinal)) File.Copy(file, copy);
            else File.CreateSymbolicLink(copy, file);
        }
        var native = Directory.CreateDirectory(Path.Combine(target, "runtimes", NativeFolders.RuntimeIdentifier, "native")).FullName;
        File.CreateSymbolicLink(Path.Combine(native, NativeFolders.ShimName),
            Path.Combine(source, "runtimes", NativeFolders.RuntimeIdentifier, "native", NativeFolders.ShimName));

        // The host refuses to start when a listed native file is absent: list none but those that are there.
        var depsFile = Path.Combine(target, "Espalier.Tests.deps.json");
        var deps = JsonNode.Parse(File.ReadAllText(depsFile))!;
        foreach (var package in deps["targets"]!.AsObject().SelectMany(framework => framework.Value!.AsObject()))
        {
            var assets = package.Value!["runtimeTargets"]?.AsObject();
            foreach (var path in assets?.Select(asset => asset.Key).Where(path => !File.Exists(Path.Combine(target, path))).ToArray() ?? []) assets!.Remove(path);
        }
        File.WriteAllText(depsFile, deps.ToJsonString());
    }
}
