using Espalier.Formats.HuggingFace;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Xunit;

namespace Espalier.Core.Tests.Onnx;

/// <summary>The built graphs, exported and run in ONNX Runtime, against the reference library: a check of builder and writer.</summary>
public sealed class DecoderOracleTests
{
    private static readonly string[] Short = ["llama", "llama-gqa-tied", "mistral-sliding", "qwen2", "qwen3", "smollm3"];
    private static readonly string[] Scaled = ["llama-rope-llama3", "llama-rope-linear", "llama-rope-yarn"];

    public static TheoryData<string, string> All { get; } = Cases([.. Short, .. Scaled, "llama-rope-dynamic", "llama-sharded-bf16"]);

    /// <summary>All but dynamic scaling, whose early angles change with the length and so contradict a cache.</summary>
    public static TheoryData<string, string> Greedy { get; } = Cases([.. Short, .. Scaled, "llama-sharded-bf16"]);

    public static TheoryData<string, string> Padded { get; } = Cases(Short);

    [Theory]
    [MemberData(nameof(All))]
    public void Whole_sequences_match_the_reference(string folder, string config)
    {
        using var oracle = new OracleModel(folder);
        var graph = oracle.Build(config, GraphForm.Sequence);
        var hidden = new[] { HiddenState(graph, 0), HiddenState(graph, 1) };
        using var model = new RuntimeModel(graph, new OnnxWriteOptions { ExtraOutputs = hidden });

        var shape = oracle.Shape("input_ids").ToArray();
        var inputs = new Dictionary<string, RuntimeTensor> { ["input_ids"] = new(oracle.Integers("input_ids"), shape) };
        var outputs = model.Run(inputs, ["logits", .. hidden]);

        string[] names = ["logits", "hidden_states.0", "hidden_states.1"];
        for (var i = 0; i < names.Length; i++) Compare(oracle, names[i], outputs[i].Singles, 0, folder);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_cached_form_with_an_empty_cache_matches_the_reference(string folder, string config)
    {
        using var oracle = new OracleModel(folder);
        using var model = new CachedModel(oracle.Build(config, GraphForm.Cached));
        var shape = oracle.Shape("input_ids").ToArray();
        Compare(oracle, "logits", model.Step(oracle.Integers("input_ids"), shape[0], Ones(shape[0] * shape[1])), 0, folder);
    }

    [Theory]
    [MemberData(nameof(Padded))]
    public void Left_padding_matches_the_reference(string folder, string config)
    {
        using var oracle = new OracleModel(folder);
        using var model = new CachedModel(oracle.Build(config, GraphForm.Cached));
        var mask = oracle.Integers("attention_mask.padded");
        var logits = model.Step(oracle.Integers("input_ids.padded"), 1, mask);
        // Rows of masked positions are not defined, but they must not be NaN: that would spread through the cache.
        Assert.All(logits, value => Assert.True(float.IsFinite(value)));
        Compare(oracle, "logits.padded", logits, Array.IndexOf(mask, 1L), folder);
    }

    [Theory]
    [MemberData(nameof(Greedy))]
    public void Greedy_decoding_with_a_growing_cache_gives_the_reference_tokens(string folder, string config)
    {
        using var oracle = new OracleModel(folder);
        using var model = new CachedModel(oracle.Build(config, GraphForm.Cached));
        var prompt = oracle.Integers("input_ids")[..(int)oracle.Shape("input_ids")[1]];
        var expected = oracle.Integers("greedy_ids");
        var tokens = new List<long>();
        long[] next = prompt;
        while (tokens.Count < expected.Length)
        {
            var logits = model.Step(next, 1, Ones(prompt.Length + tokens.Count));
            var vocabulary = logits.Length / next.Length;
            tokens.Add(Array.IndexOf(logits[^vocabulary..], logits[^vocabulary..].Max()));
            next = [tokens[^1]];
        }
        Assert.Equal(expected, tokens);
    }

    private static void Compare(OracleModel oracle, string name, float[] actual, int firstRow, string folder)
    {
        var expected = oracle.Singles(name);
        var width = (int)oracle.Shape(name).AsSpan()[^1];
        var start = firstRow * width;
        var deviation = Near.Check(expected.AsSpan(start), actual.AsSpan(start), oracle.Scale(name), $"{folder} {name}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{folder} {name}: largest deviation {deviation:E1} of the largest value");
    }

    /// <summary>Name of the value that enters the first block, or leaves it.</summary>
    private static string HiddenState(Graph graph, int index)
    {
        var node = index == 0 ? graph.Nodes.First(node => node.OpType == "Gather" && node.Scope == "model.embed_tokens")
            : graph.Nodes.Last(node => node.OpType == "Add" && node.Scope == "model.layers.0.mlp");
        return node.Output.Name;
    }

    /// <summary>Every folder with each spelling of its configuration; the sharded checkpoint has one.</summary>
    private static TheoryData<string, string> Cases(string[] folders)
    {
        string[] spellings = ["config.json", "config_v4.json", "config_min.json"];
        var cases = new TheoryData<string, string>();
        foreach (var folder in folders)
        {
            foreach (var spelling in folder == "llama-sharded-bf16" ? spellings[..1] : spellings) cases.Add(folder, spelling);
        }
        return cases;
    }

    private static long[] Ones(long count) => [.. Enumerable.Repeat(1L, (int)count)];
}
