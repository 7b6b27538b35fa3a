using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Formats.HuggingFace;
using Espalier.Testing;
using Espalier.Tests.Execution;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Evaluation;

/// <summary>Perplexities against losses that the reference implementation recorded.</summary>
public sealed class PerplexityTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("llama")]
    [InlineData("llama-gqa-tied")]
    [InlineData("llama-rope-yarn")]
    [InlineData("mistral-sliding")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("smollm3")]
    public void The_mean_loss_of_a_tiny_model_is_the_recorded_one(string architecture)
    {
        using var folder = new TestFolder();
        using var oracle = new DecoderOracle(architecture);
        using var evaluator = new PerplexityEvaluator(oracle.Build(GraphForm.Sequence), CPU);

        var report = evaluator.Evaluate(Rows(oracle, folder), cancellation: Token);

        Assert.Equal(oracle.Loss, report.MeanLoss, 1e-4 * oracle.Loss);
        Assert.Equal(Math.Exp(report.MeanLoss), report.Perplexity, 1e-12 * report.Perplexity);
        Assert.Equal(report.WindowLosses.Sum() / report.Tokens, report.MeanLoss, 1e-12);
        Assert.Equal(report.Windows * (report.Window - 1), report.Tokens);
        Assert.StartsWith("f32 on cpu", report.Arithmetic, StringComparison.Ordinal);
        Assert.Equal("ids.safetensors", report.Data.File);
    }

    [Fact]
    public void Stories260K_has_the_recorded_perplexity_over_164_windows()
    {
        using var model = Model.Open(SharedData.Require("models", "stories260K"));
        var text = EvaluationText.Open(new DataRequest { Path = SharedData.Require("oracles", "smollm2", "stories260K-ids.safetensors"), VocabularySize = 512 });
        using var evaluator = new PerplexityEvaluator(model.Graph, CPU);

        var report = evaluator.Evaluate(text.Windows(512, 164), cancellation: Token);

        var expected = TestFolder.Json("oracles", "smollm2", "methods.json")["stories260K"]!["dense_perplexity"]!.GetValue<double>();
        Assert.Equal(expected, report.Perplexity, 1e-4 * expected);
    }

    [Fact]
    public void SmolLM2_has_the_recorded_losses_in_the_first_windows_of_WikiText()
    {
        using var model = Model.Open(SharedData.Require("models", "smollm2-135m"));
        var text = EvaluationText.Open(new DataRequest { Path = SharedData.Require("text", "wikitext2", "wiki.test.raw"), Tokenizer = model.RequireTokenizer(), VocabularySize = model.VocabularySize });
        using var evaluator = new PerplexityEvaluator(model.Graph, CPU);

        var report = evaluator.Evaluate(text.Windows(1024, 2), cancellation: Token);

        var expected = TestFolder.Json("oracles", "smollm2", "methods.json")["dense"]!["nll_per_window"]!.AsArray();
        for (var i = 0; i < 2; i++) Assert.Equal((double)expected[i]!, report.WindowLosses[i], 1e-4 * (double)expected[i]!);
    }

    [Fact]
    public void Progress_is_told_after_every_window_and_a_cancelled_evaluation_stops()
    {
        using var folder = new TestFolder();
        using var oracle = new DecoderOracle("llama");
        using var evaluator = new PerplexityEvaluator(oracle.Build(GraphForm.Sequence), CPU);
        using var cancellation = new CancellationTokenSource();
        var seen = new List<PerplexityProgress>();
        var rows = Rows(oracle, folder);
        var report = evaluator.Evaluate(rows, new Direct(seen.Add), cancellation.Token);
        Assert.Equal([1, 2], seen.Select(progress => progress.Done));
        Assert.Equal(report.Perplexity, seen[^1].Perplexity, 1e-12 * report.Perplexity);

        Assert.Throws<OperationCanceledException>(() => evaluator.Evaluate(rows, new Direct(_ => cancellation.Cancel()), cancellation.Token));
    }

    [Fact]
    public void A_model_with_NaN_is_refused_with_the_window()
    {
        using var folder = new TestFolder();
        using var oracle = new DecoderOracle("llama");
        using var model = Model.Open(folder.CopyModel("llama", (name, values) =>
        {
            if (name == "model.norm.weight") values[3] = float.NaN;
        }));
        using var evaluator = new PerplexityEvaluator(model.Graph, CPU);
        var error = Assert.Throws<EspalierException>(() => evaluator.Evaluate(Rows(oracle, folder), cancellation: Token));
        Assert.Contains("window 0: the loss is not a number", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluating_again_leaves_no_tensor_behind()
    {
        using var folder = new TestFolder();
        using var oracle = new DecoderOracle("llama-gqa-tied");
        using var evaluator = new PerplexityEvaluator(oracle.Build(GraphForm.Sequence), CPU);
        var rows = Rows(oracle, folder);
        var first = evaluator.Evaluate(rows, cancellation: Token);
        var before = Live();
        var second = evaluator.Evaluate(rows, cancellation: Token);
        Assert.Equal(before, Live());
        Assert.Equal(first.WindowLosses, second.WindowLosses);
    }

    private static long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    private static TokenRows Rows(DecoderOracle oracle, TestFolder folder)
    {
        using var ids = oracle.Tensor("input_ids");
        return folder.Rows((int)ids.shape[0], (int)ids.shape[1], ids.data<long>().ToArray());
    }

    private sealed class Direct(Action<PerplexityProgress> report) : IProgress<PerplexityProgress>
    {
        public void Report(PerplexityProgress value) => report(value);
    }
}
