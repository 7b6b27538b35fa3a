using Xunit;

namespace Espalier.Tests.Cli;

/// <summary>With <c>--json</c>, standard output is one JSON object and nothing else.</summary>
public sealed class JsonTests
{
    [Fact]
    public async Task Prune_and_what_reads_its_output_print_one_object()
    {
        using var work = new Workspace();
        var report = (await Workspace.Run(work.SparseGpt("--json", "--eval-data", work.Data, "--eval-windows", "2"))).Succeeded().Json();
        Assert.Equal("sparsegpt", (string)report["recipe"]!["method"]!);
        Assert.InRange((double)report["perplexityAfter"]!["perplexity"]!, 1, 1e6);
        Assert.Equal(14, report["layers"]!.AsArray().Count);

        var eval = (await Workspace.Run("eval", work.Output, "--against", work.Model, "--data", work.Data, "--windows", "2", "--json")).Succeeded().Json();
        Assert.Equal((double)report["perplexityAfter"]!["perplexity"]!, (double)eval["perplexity"]!, 1e-3);
        Assert.Equal((double)report["perplexityBefore"]!["perplexity"]!, (double)eval["against"]!["perplexity"]!, 1e-3);

        Assert.True((bool)(await Workspace.Run("verify", work.Output, "--json")).Succeeded().Json()["ok"]!);
        Assert.Equal(2, (int)(await Workspace.Run("inspect", work.Output, "--json")).Succeeded().Json()["blocks"]!);
        var text = (await Workspace.Run("generate", work.Output, "--prompt", "bado", "--max-tokens", "3", "--json")).Succeeded().Json();
        Assert.InRange(text["ids"]!.AsArray().Count, 1, 3);
        Assert.Equal("sparsegpt", (string)(await Workspace.Run("report", work.Output, "--format", "json")).Succeeded().Json()["recipe"]!["method"]!);
        var again = (await Workspace.Run(work.SparseGpt("--json", "--resume"))).Succeeded().Json();
        Assert.Equal((string)report["runFingerprint"]!, (string)again["runFingerprint"]!);
    }

    [Fact]
    public async Task Bench_prints_one_object()
    {
        using var work = new Workspace(layers: 1);
        var bench = (await Workspace.Run("bench", work.Model, "--tokens", "4", "--runs", "3", "--warm-up", "1", "--threads", "1", "--json")).Succeeded().Json();
        Assert.All(bench["measurements"]!.AsArray(), measurement => Assert.True((double)measurement!["medianMilliseconds"]! > 0));
    }

    [Fact]
    public async Task Methods_and_doctor_print_one_object()
    {
        Assert.Equal(Espalier.Methods.MethodRegistry.All.Count, (await Workspace.Run("methods", "--json")).Succeeded().Json()["methods"]!.AsArray().Count);
        Assert.Equal("ria", (string)Assert.Single((await Workspace.Run("methods", "ria", "--json")).Succeeded().Json()["methods"]!.AsArray())!["id"]!);
        var doctor = await Workspace.Run("doctor", "--json");
        Assert.Contains(doctor.Code, new[] { 0, 3 });
        Assert.NotEmpty(doctor.Json()["checks"]!.AsArray());
    }

    [Fact]
    public async Task A_failed_check_is_an_object_too_and_a_refusal_prints_nothing()
    {
        using var work = new Workspace(change: (name, values) => values[0] = name.EndsWith("q_proj.weight", StringComparison.Ordinal) ? float.NaN : values[0]);
        var verify = await Workspace.Run("verify", work.Model, "--json");
        Assert.Equal(3, verify.Code);
        Assert.False((bool)verify.Json()["ok"]!);
        Assert.Empty((await Workspace.Run(work.SparseGpt("--json"))).Refused(1, "NaN").Output);
        Assert.Empty((await Workspace.Run("prune", "--json", "--no-such-option")).Refused(2, "--no-such-option").Output);
    }
}
