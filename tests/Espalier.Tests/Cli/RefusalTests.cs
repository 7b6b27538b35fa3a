using System.Text.Json.Nodes;
using Xunit;

namespace Espalier.Tests.Cli;

/// <summary>Bad requests and bad files: exit code, the message with place and remedy, and nothing left behind.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string, int, string[], string[]> Requests => new()
    {
        { "sparsity", 2, ["-m", "magnitude", "-s", "1.2"], ["'sparsity'", "1.2", "less than 1", "0.012"] },
        { "pattern that does not divide", 2, ["-m", "magnitude", "--pattern", "4:8"], ["4:8", "mlp.down_proj", "76"] },
        { "pattern 2:5", 2, ["-m", "magnitude", "--pattern", "2:5"], ["2:5", "model.layers.0", "32"] },
        { "pattern unreadable", 2, ["-m", "magnitude", "--pattern", "two:four"], ["two:four", "2:4"] },
        { "no sparsity", 2, ["-m", "magnitude"], ["--sparsity", "0.5"] },
        { "no method", 2, ["-s", "0.5"], ["--method"] },
        { "unknown method", 2, ["-m", "magnitud", "-s", "0.5"], ["'magnitud'", "Did you mean 'magnitude'?"] },
        { "unknown option", 2, ["-m", "magnitude", "--sparsty", "0.5"], ["'--sparsty'", "Did you mean '--sparsity'", "espalier prune --help"] },
        { "option without value", 2, ["-m", "magnitude", "-s"], ["-s", "espalier prune --help"] },
        { "no number", 2, ["-m", "magnitude", "-s", "half"], ["half", "--sparsity", "espalier prune --help"] },
        { "unknown --set", 2, ["-m", "sparsegpt", "-s", "0.5", "--data", "DATA", "--set", "dampin=0.1"], ["'dampin'", "sparsegpt", "Did you mean 'damping'?"] },
        { "--set without =", 2, ["-m", "magnitude", "-s", "0.5", "--set", "damping"], ["'damping'", "NAME=VALUE"] },
        { "--set out of range", 2, ["-m", "sparsegpt", "-s", "0.5", "--data", "DATA", "--set", "damping=-1"], ["'damping'", "-1", "range"] },
        { "no data", 2, ["-m", "wanda", "-s", "0.5"], ["wanda", "--data"] },
        { "missing data", 2, ["-m", "wanda", "-s", "0.5", "--data", "no-such.txt"], ["no-such.txt"] },
        { "exclude matches nothing", 2, ["-m", "magnitude", "-s", "0.5", "--exclude", "*.fc1"], ["'*.fc1'", "model.layers.0.self_attn.q_proj"] },
        { "everything excluded", 2, ["-m", "magnitude", "-s", "0.5", "--exclude", "*"], ["--exclude"] },
        { "unknown scope", 2, ["-m", "magnitude", "-s", "0.5", "--scope", "rows"], ["'rows'", "Did you mean 'row'?"] },
        { "unknown type", 2, ["-m", "magnitude", "-s", "0.5", "--output-type", "bf-16"], ["'bf-16'", "bf16"] },
        { "no threads", 2, ["-m", "magnitude", "-s", "0.5", "--threads", "0"], ["'threads'", "less than 1"] },
        { "samples too long", 2, ["-m", "wanda", "-s", "0.5", "--data", "DATA", "--sequence-length", "65"], ["65", "64", "--sequence-length"] },
        { "unknown device", 2, ["-m", "magnitude", "-s", "0.5", "--device", "gpu"], ["'gpu'", "--device", "cuda"] },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public async Task A_request_that_cannot_be_fulfilled_is_refused(string name, int code, string[] arguments, string[] parts)
    {
        Assert.NotEmpty(name);
        using var work = new Workspace();
        var before = work.Snapshot();
        string[] own = ["prune", work.Model, "-o", work.Output, .. arguments.Select(text => text == "DATA" ? work.Data : text)];
        var result = await Workspace.Run(own);
        result.Refused(code, parts);
        Assert.Equal(before, work.Snapshot());
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Cuda_without_cuda_is_refused_before_anything_is_written()
    {
        using var work = new Workspace();
        if (Espalier.Torch.Loading.TorchRuntime.Describe().CudaDeviceCount > 0) Assert.Skip("There is a CUDA device here.");
        var before = work.Snapshot();
        foreach (var more in (string[][])[[], ["--dry-run"]])
            (await Workspace.Run([.. work.SparseGpt("--device", "cuda"), .. more])).Refused(2, "'cuda'", "--device cpu");
        Assert.Equal(before, work.Snapshot());
    }

    [Theory]
    [InlineData("no-such-folder", "there is no such file or folder")]
    [InlineData(".", "the folder has no config.json")]
    [InlineData("calibration.txt", "this kind of file cannot be opened as a model")]
    [InlineData("", "there is no such file or folder")]
    public async Task A_missing_model_is_refused(string name, string problem)
    {
        using var work = new Workspace();
        var model = name.Length == 0 ? "" : work.At(name);
        (await Workspace.Run("inspect", model)).Refused(2, model, problem);
        (await Workspace.Run("prune", model, "-m", "magnitude", "-s", "0.5", "-o", work.Output)).Refused(2, model, model.Length == 0 ? "'model': the value is empty" : problem);
        (await Workspace.Run("eval", model, "--data", work.Data)).Refused(2, model, problem);
        (await Workspace.Run("generate", model, "--prompt", "ba")).Refused(2, model, problem);
    }

    [Fact]
    public async Task Calibration_text_of_one_word_is_refused()
    {
        using var work = new Workspace();
        File.WriteAllText(work.Data, "bado");
        var before = work.Snapshot();
        (await Workspace.Run(work.SparseGpt())).Refused(2, work.Data, "4 samples of 16 need at least 19", "Use more text");
        (await Workspace.Run("eval", work.Model, "--data", work.Data)).Refused(2, work.Data, "a window needs 64");
        Assert.Equal(before, work.Snapshot());
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinite")]
    public async Task A_weight_that_is_not_finite_is_refused_by_name(float value, string text)
    {
        using var work = new Workspace(change: (name, values) =>
        {
            if (name == "model.layers.1.mlp.up_proj.weight") values[(3 * 32) + 5] = value;
        });
        var before = work.Snapshot();
        foreach (var arguments in (string[][])[work.SparseGpt(), work.Prune("-m", "magnitude", "-s", "0.5")])
            (await Workspace.Run(arguments)).Refused(1, "model.safetensors", "'model.layers.1.mlp.up_proj.weight'", $"[3, 5] is {text}", "Repair");
        Assert.Equal(before, work.Snapshot());
    }

    [Theory]
    [InlineData("rope_freq_base", 2, "'rope_freq_base'", "may change the mathematics")]
    [InlineData("model_type", "gpt5", "'gpt5' is not supported", "llama")]
    [InlineData("hidden_size", "wide", "'hidden_size'", "not an integer")]
    [InlineData("num_hidden_layers", 3, "model.layers.2")]
    public async Task A_configuration_that_does_not_fit_is_refused_by_key(string key, object value, params string[] parts)
    {
        using var work = new Workspace();
        var file = work.At("model", "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        config[key] = value is int number ? number : (string)value;
        File.WriteAllText(file, config.ToJsonString());
        var before = work.Snapshot();
        foreach (var arguments in (string[][])[["inspect", work.Model], work.SparseGpt()]) (await Workspace.Run(arguments)).Refused(1, parts);
        Assert.Equal(before, work.Snapshot());
    }

    [Fact]
    public async Task An_unknown_recipe_key_is_refused_with_a_suggestion()
    {
        using var work = new Workspace();
        File.WriteAllText(work.At("recipe.yaml"), "model: model\nmethod: magnitude\nsparsty: 0.5\n");
        (await Workspace.Run("prune", "--recipe", work.At("recipe.yaml"), "-o", work.Output)).Refused(2, "recipe.yaml", "line 3", "'sparsty'", "Did you mean 'sparsity'?");
        (await Workspace.Run("prune", "--recipe", work.At("none.yaml"), "-o", work.Output)).Refused(2, "none.yaml", "there is no such recipe");
    }

    [Theory]
    [InlineData(new string[] { }, "no command", "espalier --help")]
    [InlineData(new[] { "prun" }, "'prun'", "Did you mean 'prune'")]
    [InlineData(new[] { "eval", "x" }, "--data", "espalier eval --help")]
    [InlineData(new[] { "report", "/no/such/run" }, "/no/such/run", "report.json")]
    [InlineData(new[] { "methods", "wnda" }, "'wnda'", "Did you mean 'wanda'?")]
    public async Task Other_commands_refuse_as_clearly(string[] arguments, params string[] parts) => (await Workspace.Run(arguments)).Refused(2, parts);
}
