using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Formats.Safetensors;
using Espalier.Methods.Runs;
using Espalier.Recipes;
using Espalier.Tensors;
using Espalier.Testing;
using Espalier.Tests.Evaluation;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Methods;

/// <summary>
/// Whole runs on stories260K against the official codes: windows of 512, the last 32 of 196 calibrate, the first 164 are evaluated, as methods.json
/// has it.
/// </summary>
public sealed class Stories260KTests
{
    private const int Window = 512;
    private const int Evaluated = 164;
    private const int Samples = 32;

    [Theory]
    [InlineData("magnitude", "50 %")]
    [InlineData("magnitude", "2:4")]
    [InlineData("wanda", "50 %")]
    [InlineData("wanda", "2:4")]
    [InlineData("sparsegpt", "50 %")]
    [InlineData("sparsegpt", "2:4")]
    public void Perplexity_and_layer_errors_are_the_recorded_ones(string method, string pattern)
    {
        using var folder = new TestFolder();
        var file = SharedData.Require("oracles", "smollm2", "stories260K-ids.safetensors");
        var expected = TestFolder.Json("oracles", "smollm2", "methods.json")["stories260K"]!["rows"]!.AsArray()
            .Single(row => (string)row!["method"]! == method && (string)row["pattern"]! == pattern)!;
        WriteCalibration(file, folder.File("calibration.safetensors"));
        var half = pattern == "50 %";
        var recipe = new PruneRecipe
        {
            Model = SharedData.Require("models", "stories260K"),
            Method = method,
            Pattern = half ? "unstructured" : pattern,
            Sparsity = half ? 0.5 : null,
            Data = method == "magnitude" ? null : folder.File("calibration.safetensors"),
            Samples = Samples,
            Threads = 1,
        };
        using var run = PruningRun.Open(recipe, folder.File("pruned"));
        var report = run.Execute(cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((int)expected["zeros"]!, report.Layers.Sum(layer => layer.Zeros));
        using var model = Model.Open(folder.File("pruned"));
        using var evaluator = new PerplexityEvaluator(model.Graph, CPU);
        var windows = EvaluationText.Open(new DataRequest { Path = file, VocabularySize = model.VocabularySize }).Windows(Window, Evaluated);
        var perplexity = evaluator.Evaluate(windows, cancellation: TestContext.Current.CancellationToken).Perplexity;
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"{method} {pattern}: {perplexity:F2}, recorded {(double)expected["perplexity"]!:F2}"));
        Assert.Equal((double)expected["perplexity"]!, perplexity, 0.03 * (double)expected["perplexity"]!);
        if (method == "magnitude") return;
        foreach (var (name, value) in expected["relative_output_error"]!.AsObject())
        {
            var error = report.Layers.Single(layer => layer.Name == "model.layers." + name).RelativeError!.Value;
            // SparseGPT's is exact over all inputs; the others are measured on 256 rows spread over the samples.
            Assert.Equal((double)value!, error, (method == "sparsegpt" ? 0.01 : 0.1) * (double)value!);
        }
    }

    private static void WriteCalibration(string file, string path)
    {
        using var source = SafetensorsFile.Open(file);
        var all = new long[source[source.Names[0]].ElementCount];
        source[source.Names[0]].ReadInt64(0, all);
        var ids = ArrayTensorData.FromInt64(new TensorShape(Samples, Window), all.AsSpan(Evaluated * Window, Samples * Window).ToArray());
        using var writer = new SafetensorsWriter(path, [new("ids", ids.ElementType, ids.Shape)]);
        writer.Write("ids", ids);
        writer.Complete();
    }
}
