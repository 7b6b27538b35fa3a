using System.Text.Json.Nodes;
using Espalier.Formats.Safetensors;
using Espalier.Graphs;
using Espalier.Methods.Runs;
using Espalier.Numerics;
using Espalier.Recipes;
using Espalier.Reports;
using Espalier.Tensors;
using Espalier.Testing;
using Espalier.Tests.Evaluation;
using Espalier.Torch.Calibration;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Methods;

/// <summary>
/// The first block of SmolLM2-135M, pruned with the recorded 32 x 1024 calibration tokens: errors of its seven layers against the official codes.
/// The run is cancelled after the block; its records on disk hold the new weights.
/// </summary>
public sealed class SmolLm2BlockTests
{
    private const int Layers = 7;

    [Theory]
    [InlineData("wanda", "2:4")]
    [InlineData("sparsegpt", "50 %")]
    public void Errors_of_the_first_block_are_the_recorded_ones(string method, string pattern)
    {
        using var folder = new TestFolder();
        var recorded = TestFolder.Json("oracles", "smollm2", "methods.json")["rows"]!.AsArray()
            .Single(row => (string)row!["method"]! == method && (string)row["pattern"]! == pattern)!["relative_output_error"]!;
        var recipe = new PruneRecipe
        {
            Model = SharedData.Require("models", "smollm2-135m"),
            Method = method,
            Pattern = pattern == "50 %" ? "unstructured" : pattern,
            Sparsity = pattern == "50 %" ? 0.5 : null,
            Data = SharedData.Require("oracles", "smollm2", "calibration.safetensors"),
            Samples = 32,
        };
        using var run = PruningRun.Open(recipe, folder.File("pruned"));
        Assert.Equal((32, 1024), (run.Samples!.Count, run.Samples.Length));
        var reports = PruneFirstBlock(run);
        var exact = method == "wanda" ? ExactErrors(run, PruningRun.FolderOf(folder.File("pruned"))) : null;

        foreach (var report in reports)
        {
            var expected = (double)recorded[report.Name["model.layers.".Length..]]!;
            var error = exact?[report.Name] ?? report.RelativeError!.Value;
            TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"{method} {report.Name}: exact {error:F6}, recorded {expected:F6}, reported {report.RelativeError:F6}"));
            Assert.Equal(expected, error, 0.01 * expected);
            // Where there is no Gram matrix the report measures on 256 of the 32,768 inputs.
            Assert.Equal(expected, report.RelativeError!.Value, (exact is null ? 0.01 : 0.15) * expected);
        }
    }

    private static List<LayerReport> PruneFirstBlock(PruningRun run)
    {
        using var enough = new CancellationTokenSource();
        var reports = new List<LayerReport>();
        var progress = new Direct(step =>
        {
            if (step.Finished is null) return;
            reports.Add(step.Finished);
            if (reports.Count == Layers) enough.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => run.Execute(progress: progress, cancellation: enough.Token));
        return reports;
    }

    /// <summary>Errors over all inputs, from the Gram matrices of the dense block.</summary>
    private static unsafe Dictionary<string, double> ExactErrors(PruningRun run, string folder)
    {
        using var model = Model.Open(run.Recipe.Model);
        var blocks = BlockPartition.Of(model.Graph);
        var layers = LinearLayer.In(blocks[0].Nodes);
        var kernels = new KernelSettings { Threads = Environment.ProcessorCount };
        var grams = layers.Select(layer => layer.Input).Distinct().ToDictionary(input => input, input => new LayerStatistics((int)input.Shape![^1].Size!, StatisticsNeeds.Gram, kernels, 32));
        using (var stream = new BlockStream(model.Graph, blocks, [.. Enumerable.Range(0, 32).Select(row => run.Samples!.ToInt64(row, 1))], CPU))
        {
            stream.Observe(grams.Keys, (_, value, tensor) =>
            {
                using var rows = tensor.contiguous();
                fixed (float* x = rows.data<float>().ToArray()) grams[value].Add(x, (int)(rows.numel() / rows.shape[^1]));
            });
        }
        var records = Directory.GetFiles(folder, "layer-*.safetensors").ToDictionary(NameOf);
        var errors = new Dictionary<string, double>();
        foreach (var layer in layers)
        {
            using var file = SafetensorsFile.Open(records[layer.Name]);
            using var dense = Matrix.FromRows(layer.Outputs, layer.Inputs, layer.Weight.Data.ToSingles());
            using var difference = Matrix.FromRows(layer.Outputs, layer.Inputs, file["weight"].ToSingles());
            for (var i = 0; i < dense.Length; i++) difference.AsSpan()[i] -= dense.AsSpan()[i];
            var hessian = grams[layer.Input].Hessian();
            errors[layer.Name] = Math.Sqrt(OutputEnergy.WithHessian(difference, hessian, kernels) / OutputEnergy.WithHessian(dense, hessian, kernels));
        }
        foreach (var gram in grams.Values) gram.Dispose();
        return errors;
    }

    private static string NameOf(string record)
    {
        using var file = SafetensorsFile.Open(record);
        return (string)JsonNode.Parse(file.Metadata["report"])!["Name"]!;
    }

    private sealed class Direct(Action<RunProgress> report) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => report(value);
    }
}
