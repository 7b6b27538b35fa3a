using System.Text.Json.Nodes;
using Espalier.Formats.HuggingFace;
using Espalier.Graphs;
using Xunit;

namespace Espalier.Core.Tests.Onnx;

/// <summary>Masks and rotary scalings that the reference outputs do not reach, against their definitions.</summary>
public sealed class PositionTests
{
    [Theory]
    [InlineData("llama", int.MaxValue)]
    [InlineData("mistral-sliding", 6)]
    public void A_query_sees_itself_and_the_unmasked_keys_in_its_window(string folder, int window)
    {
        using var oracle = new OracleModel(folder);
        var graph = oracle.Build("config.json", GraphForm.Cached);
        var mask = graph.Nodes.First(node => node.OpType == "Attention").Input(3);
        using var model = new RuntimeModel(graph, new() { ExtraOutputs = [mask.Name] });
        long[] given = [0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0];
        const int past = 2;
        var sequence = given.Length - past;
        var pasts = graph.Inputs.Where(input => input.Name.StartsWith("past", StringComparison.Ordinal));
        var inputs = pasts.ToDictionary(input => input.Name, input => Past(input, past));
        inputs["input_ids"] = new(new long[sequence], 1, sequence);
        inputs["position_ids"] = new(Enumerable.Range(past, sequence).Select(position => (long)position).ToArray(), 1, sequence);
        inputs["attention_mask"] = new(given, 1, given.Length);

        var seen = model.Run(inputs, mask.Name)[0];

        Assert.Equal([1, 1, sequence, given.Length], seen.Shape);
        for (var row = 0; row < sequence; row++)
        {
            var query = row + past;
            for (var key = 0; key < given.Length; key++)
            {
                var expected = key == query || (key < query && key > (long)query - window && given[key] == 1);
                Assert.Equal(expected, ((bool[])seen.Values)[(row * given.Length) + key]);
            }
        }
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(9, 2)]
    [InlineData(30, 2)]
    public void Longrope_takes_its_long_divisors_beyond_the_original_length(int length, int factor)
    {
        // With equal divisors in every component it is linear scaling: by 1 up to the original length 8, by 2 beyond.
        var longrope = Logits(length, $$"""
            {"rope_type":"longrope","original_max_position_embeddings":8,"attention_factor":1.0,
             "short_factor":[1,1,1,1],"long_factor":[2,2,2,2]}
            """);
        Assert.Equal(Logits(length, $$"""{"rope_type":"linear","factor":{{factor}}}"""), longrope);
    }

    [Fact]
    public void Dynamic_scaling_changes_nothing_up_to_the_original_length()
    {
        var dynamic = Logits(16, """{"rope_type":"dynamic","factor":3}""");
        Near.Check(Logits(16, """{"rope_type":"default"}"""), dynamic, 10, "logits");
    }

    private static float[] Logits(int length, string scaling)
    {
        using var oracle = new OracleModel("llama-rope-dynamic");
        var config = oracle.Config("config_v4.json");
        config.Root["rope_scaling"] = JsonNode.Parse(scaling);
        using var model = new RuntimeModel(ArchitectureRegistry.Build(config, oracle.Checkpoint));
        var ids = oracle.Integers("input_ids")[..length];
        return model.Run(new Dictionary<string, RuntimeTensor> { ["input_ids"] = new(ids, 1, length) }, "logits")[0].Singles;
    }

    private static RuntimeTensor Past(Value input, int past)
    {
        var shape = input.Shape!;
        var (heads, width) = (shape[1].Size!.Value, shape[3].Size!.Value);
        return new RuntimeTensor(new float[heads * past * width], 1, heads, past, width);
    }
}
