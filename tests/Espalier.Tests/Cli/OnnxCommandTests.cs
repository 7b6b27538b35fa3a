using Espalier.Testing;
using Xunit;

namespace Espalier.Tests.Cli;

/// <summary>ONNX files on the command line: inspected, pruned, verified, timed, and refused.</summary>
public sealed class OnnxCommandTests
{
    private static string Model => ZooModel.Require("resnet18-ts-bn").ModelPath;

    [Fact]
    public async Task A_model_is_pruned_and_proved()
    {
        using var work = new Workspace();
        var output = work.At("small.onnx");
        var report = (await Workspace.Run("prune", Model, "-m", "l2", "--macs", "0.4", "-o", output, "--threads", "1", "--json")).Succeeded().Json();
        Assert.True(report["after"]!["macs"]!.GetValue<long>() <= 0.6 * report["before"]!["macs"]!.GetValue<long>());
        Assert.Contains("MACs", report["verdict"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(File.Exists(work.At("small.report.json")) && File.Exists(work.At("small.report.md")));

        (await Workspace.Run("verify", output)).Succeeded();
        (await Workspace.Run("bench", output, "--against", Model, "--runs", "2", "--warm-up", "0", "--threads", "1")).Succeeded();
        (await Workspace.Run("prune", Model, "-m", "l2", "--macs", "0.4", "-o", output)).Refused(2, "exists already");
    }

    [Fact]
    public async Task A_structure_is_shown()
    {
        var structure = (await Workspace.Run("inspect", Model, "--json")).Succeeded().Json();
        Assert.Equal(12, structure["groups"]!.AsArray().Count);
        Assert.Contains("output 'logits'", (await Workspace.Run("inspect", Model)).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        using var work = new Workspace();
        Assert.Contains("dry run", (await Workspace.Run("prune", Model, "-m", "l1", "--params", "0.3", "-o", work.At("x.onnx"), "--dry-run")).Succeeded().Output, StringComparison.Ordinal);
        Assert.False(File.Exists(work.At("x.onnx")));
    }

    public static TheoryData<string[], string[]> Requests => new()
    {
        { ["-m", "l3", "--macs", "0.5"], ["'l3'", "'l1' or 'l2'"] },
        { ["-m", "l2"], ["--macs", "--params", "--channels"] },
        { ["-m", "l2", "--macs", "0.5", "--params", "0.5"], ["several targets"] },
        { ["-m", "l2", "--macs", "1.5"], ["1.5", "--macs", "between 0 and 1"] },
        { ["-m", "l2", "--macs", "0.9999"], ["--macs", "cannot be removed"] },
        { ["-m", "obspa", "--macs", "0.5"], ["--data", "noise:normal"] },
        { ["-m", "l2", "-s", "0.5"], ["--sparsity", "ONNX"] },
        { ["-m", "l2", "--macs", "0.5", "--set", "round=8"], ["'round'", "round-to"] },
        { ["-m", "l2", "--macs", "0.5", "--size", "batches=1"], ["'batches'", "batch"] },
        { ["-m", "l2", "--macs", "0.5", "--exclude", "nothing*"], ["nothing*"] },
        { ["-m", "liar", "--macs", "0.5", "--data", "no-such-folder"], ["no-such-folder"] },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public async Task Requests_that_cannot_be_fulfilled_are_refused(string[] arguments, string[] parts)
    {
        using var work = new Workspace();
        (await Workspace.Run(["prune", Model, .. arguments, "-o", work.At("x.onnx")])).Refused(2, parts);
        Assert.False(File.Exists(work.At("x.onnx")));
    }

    [Fact]
    public async Task Damaged_files_are_refused()
    {
        using var work = new Workspace();
        var path = work.At("cut.onnx");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(Model, TestContext.Current.CancellationToken))[..1000], TestContext.Current.CancellationToken);
        (await Workspace.Run("prune", path, "-m", "l2", "--macs", "0.5", "-o", work.At("x.onnx"))).Refused(1, "cut.onnx", "damaged");
    }
}
