using System.Diagnostics;
using System.Text.Json.Nodes;
using Espalier.Formats.Gguf;
using Espalier.Formats.Safetensors;
using Espalier.Tensors;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Formats;

/// <summary>The real model, against numbers that another implementation took from the same file.</summary>
public sealed class SmolLm2GgufTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_tensor_has_the_recorded_name_type_and_shape()
    {
        using var model = Open();
        var tensors = Json("oracles", "smollm2", "reference.json")["tensors"]!.AsArray();
        Assert.Equal(tensors.Select(t => (string)t!["hf"]!), model.Names);
        foreach (var tensor in tensors)
        {
            var data = model[(string)tensor!["hf"]!];
            Assert.Equal((string)tensor["gguf_dtype"]!, data.StorageName);
            Assert.Equal(tensor["shape"]!.AsArray().Select(s => (long)s!), data.Shape.ToArray());
            Assert.True(model.File.Contains((string)tensor["gguf"]!));
        }
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj.weight", "layer0-q_proj-64x576", 576)]
    [InlineData("model.layers.14.mlp.down_proj.weight", "layer14-down_proj-64x512", 512)]
    public void Decoded_rows_equal_the_golden_ones_bit_for_bit(string name, string golden, int columns)
    {
        using var model = Open();
        using var file = SafetensorsFile.Open(SharedData.Require("oracles", "smollm2", "golden-layers", golden + ".safetensors"));
        var expected = file["W"].ToSingles();
        var row = new float[columns];
        for (var r = 0; r < 64; r++)
        {
            model[name].ReadSingle(r * model[name].Shape[1], row);
            Assert.True(expected.AsSpan(r * columns, columns).SequenceEqual(row), $"row {r}");
        }
    }

    [Fact]
    public void The_number_of_exact_zeros_is_the_recorded_one()
    {
        using var model = Open();
        var zeros = 0L;
        var weights = 0L;
        var watch = Stopwatch.StartNew();
        var buffer = new float[1 << 16];
        foreach (var name in model.Names.Where(n => n.EndsWith("_proj.weight", StringComparison.Ordinal)))
        {
            var data = model[name];
            for (var start = 0L; start < data.ElementCount; start += buffer.Length)
            {
                var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, data.ElementCount - start));
                data.ReadSingle(start, chunk);
                zeros += chunk.Count(0f);
            }
            weights += data.ElementCount;
        }
        output.WriteLine($"{weights} weights decoded and counted in {watch.ElapsedMilliseconds} ms");
        Assert.Equal(106_168_320, weights);
        Assert.Equal(33_483, zeros);
    }

    [Fact]
    public void The_configuration_equals_the_published_one()
    {
        using var model = Open();
        var published = Json("models", "smollm2-135m", "config.json");
        var config = model.CreateConfig();
        string[] keys =
        [
            "architectures", "model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
            "hidden_act", "rms_norm_eps", "rope_theta", "rope_scaling", "max_position_embeddings", "vocab_size", "tie_word_embeddings",
            "attention_bias", "bos_token_id", "eos_token_id",
        ];
        var parsed = JsonNode.Parse(config.ToJsonString())!; // as a reader of the text would see it
        Assert.All(keys, key => Assert.True(JsonNode.DeepEquals(published[key], parsed[key]), $"{key}: {published[key]} and {parsed[key]}"));
        Assert.Equal(1e-5, (double)config["rms_norm_eps"]!);
        Assert.Equal(64, (long)config["head_dim"]!);
    }

    [Fact]
    public void The_tokenizer_arrays_equal_the_published_tokenizer()
    {
        using var model = Open();
        var data = model.ReadTokenizer()!;
        Assert.Equal(("gpt2", 1, 2, false), (data.Model, data.BosId, data.EosId, data.AddBos));
        var published = Json("models", "smollm2-135m", "tokenizer.json")["model"]!;
        Assert.Equal(49_152, data.Tokens.Count);
        foreach (var (token, id) in published["vocab"]!.AsObject()) Assert.Equal(token, data.Tokens[(int)id!]);
        var merges = published["merges"]!.AsArray().Select(m => m is JsonArray pair ? $"{pair[0]} {pair[1]}" : (string)m!);
        Assert.Equal(merges, data.Merges);
    }

    private static GgufCheckpoint Open() => GgufCheckpoint.Open(SharedData.Require("models", "smollm2-135m", "SmolLM2-135M-Instruct.Q4_1.gguf"));

    private static JsonNode Json(params string[] parts) => JsonNode.Parse(File.ReadAllText(SharedData.Require(parts)))!;
}
