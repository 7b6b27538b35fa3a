using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Safetensors;
using Espalier.Tensors;
using Espalier.Testing;
using Espalier.Tests.Execution;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Evaluation;

/// <summary>Generated texts against those of the reference implementation.</summary>
public sealed class TextGeneratorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("llama")]
    [InlineData("llama-gqa-tied")]
    [InlineData("llama-rope-llama3")]
    [InlineData("llama-rope-linear")]
    [InlineData("llama-rope-yarn")]
    [InlineData("llama-sharded-bf16")]
    [InlineData("mistral-sliding")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("smollm3")]
    public void Greedy_decoding_gives_the_recorded_ids(string architecture)
    {
        using var oracle = new DecoderOracle(architecture);
        Assert.SkipUnless(oracle.Has("greedy_ids"), "The oracle has no greedy ids.");
        using var generator = new TextGenerator(oracle.Build(GraphForm.Cached), CPU);
        var (prompt, expected) = Prompt(oracle);

        var result = generator.Generate(prompt, new GenerationOptions { MaxTokens = expected.Length }, cancellation: Token);

        Assert.Equal(expected, result.Ids);
        Assert.Equal((StopReason.MaxTokens, prompt.Length), (result.Reason, result.PromptTokens));
        Assert.True(result.PrefillTokensPerSecond > 0 && result.DecodeTokensPerSecond > 0);
    }

    [Fact]
    public void Stories260K_tells_the_recorded_story()
    {
        using var model = Model.Open(SharedData.Require("models", "stories260K"));
        using var generator = new TextGenerator(model.BuildGraph(GraphForm.Cached), CPU);
        var result = generator.Generate([1], new GenerationOptions { MaxTokens = 64 }, cancellation: Token);
        var text = model.RequireTokenizer().Decode([.. result.Ids], skipSpecialTokens: true).TrimStart();
        Assert.StartsWith("Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball", text, StringComparison.Ordinal);
    }

    [Fact]
    public void SmolLM2_gives_the_recorded_logits_and_texts()
    {
        using var model = Model.Open(SharedData.Require("models", "smollm2-135m"));
        using var generator = new TextGenerator(model.BuildGraph(GraphForm.Cached), CPU);
        using var oracle = SafetensorsFile.Open(SharedData.Require("oracles", "smollm2", "logits-capital.safetensors"));
        var expected = oracle["logits"].ToSingles();
        using (var logits = generator.Logits([504, 3575, 282, 4649, 314]))
        {
            Assert.Equal([5, 49_152], logits.shape);
            var limit = 1e-4f * expected.Max(MathF.Abs);
            Assert.All(logits.data<float>().ToArray().Zip(expected), pair => Assert.InRange(pair.First, pair.Second - limit, pair.Second + limit));
        }
        foreach (var prompt in TestFolder.Json("oracles", "smollm2", "reference.json")["prompts"]!.AsArray())
        {
            var ids = model.RequireTokenizer().Encode((string)prompt!["prompt"]!);
            Assert.Equal(Ids(prompt["prompt_ids"]!), ids);
            var greedy = Ids(prompt["greedy_ids"]!);
            var printed = new StreamedText(model.RequireTokenizer(), ids);
            var text = "";
            var result = generator.Generate(ids, new GenerationOptions { MaxTokens = 40, StopIds = [2] }, onToken: id => text += printed.Add(id), cancellation: Token);
            Assert.Equal(greedy, result.Ids);
            Assert.Equal((bool)prompt["stopped_at_eos"]! ? StopReason.StopId : StopReason.MaxTokens, result.Reason);
            Assert.Equal(((string)prompt["greedy_text"]!).Replace("<|im_end|>", "", StringComparison.Ordinal), text + printed.Finish());
        }
    }

    [Fact]
    public void Sampling_is_repeated_by_its_seed_and_top_k_1_is_greedy()
    {
        using var oracle = new DecoderOracle("llama");
        using var generator = new TextGenerator(oracle.Build(GraphForm.Cached), CPU);
        var (prompt, greedy) = Prompt(oracle);
        var options = new GenerationOptions { MaxTokens = greedy.Length, Temperature = 1.5 };

        var first = generator.Generate(prompt, options, new SeededRandom(11), cancellation: Token).Ids;
        Assert.Equal(first, generator.Generate(prompt, options, new SeededRandom(11), cancellation: Token).Ids);
        Assert.NotEqual(first, generator.Generate(prompt, options, new SeededRandom(12), cancellation: Token).Ids);
        Assert.Equal(greedy, generator.Generate(prompt, options with { TopK = 1 }, new SeededRandom(11), cancellation: Token).Ids);
        Assert.Equal(greedy, generator.Generate(prompt, options with { TopP = 1e-9 }, new SeededRandom(11), cancellation: Token).Ids);
    }

    [Fact]
    public void Tokens_are_handed_out_as_they_come_and_a_full_context_or_a_stop_id_ends_the_text()
    {
        using var oracle = new DecoderOracle("llama");
        using var generator = new TextGenerator(oracle.Build(GraphForm.Cached), CPU);
        var (prompt, greedy) = Prompt(oracle);
        var seen = new List<int>();

        var full = generator.Generate(prompt, new GenerationOptions { MaxTokens = 100, MaxContext = prompt.Length + 3 }, onToken: seen.Add, cancellation: Token);
        Assert.Equal(StopReason.ContextFull, full.Reason);
        Assert.Equal(greedy[..3], full.Ids);
        Assert.Equal(full.Ids, seen);

        var stopped = generator.Generate(prompt, new GenerationOptions { StopIds = [greedy[1]] }, cancellation: Token);
        Assert.Equal(StopReason.StopId, stopped.Reason);
        Assert.Equal(greedy[..(Array.IndexOf(greedy, greedy[1]) + 1)], stopped.Ids);

        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => generator.Generate(prompt, new GenerationOptions(), onToken: _ => cancellation.Cancel(), cancellation: cancellation.Token));
    }

    [Fact]
    public void Prompts_that_cannot_be_continued_are_refused()
    {
        using var oracle = new DecoderOracle("llama");
        using var generator = new TextGenerator(oracle.Build(GraphForm.Cached), CPU);
        Assert.Contains("the prompt is empty", Assert.Throws<UsageException>(() => generator.Generate([], new GenerationOptions(), cancellation: Token)).Message, StringComparison.Ordinal);
        Assert.Contains("token id 100000 at position 1", Assert.Throws<UsageException>(() => generator.Generate([1, 100_000], new GenerationOptions(), cancellation: Token)).Message, StringComparison.Ordinal);
        Assert.Contains("the model's context holds 2", Assert.Throws<UsageException>(() => generator.Generate([1, 2], new GenerationOptions { MaxContext = 2 }, cancellation: Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Generating_again_leaves_no_tensor_behind()
    {
        using var oracle = new DecoderOracle("qwen3");
        using var generator = new TextGenerator(oracle.Build(GraphForm.Cached), CPU);
        var (prompt, _) = Prompt(oracle);
        generator.Generate(prompt, new GenerationOptions { MaxTokens = 4 }, cancellation: Token);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        generator.Generate(prompt, new GenerationOptions { MaxTokens = 9 }, cancellation: Token);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static (int[] Prompt, int[] Greedy) Prompt(DecoderOracle oracle)
    {
        using var scope = NewDisposeScope();
        var row = oracle.Tensor("input_ids")[0].contiguous();
        return ([.. row.data<long>().ToArray().Select(id => (int)id)], [.. oracle.Tensor("greedy_ids").data<long>().ToArray().Select(id => (int)id)]);
    }

    private static int[] Ids(System.Text.Json.Nodes.JsonNode node) => [.. node.AsArray().Select(id => (int)id!)];
}
