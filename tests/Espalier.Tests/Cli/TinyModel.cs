using System.Text.Json.Nodes;
using Espalier.Formats.Safetensors;
using Espalier.Formats.Tokenizers;
using Espalier.Tensors;

namespace Espalier.Tests.Cli;

/// <summary>A LLaMA checkpoint of random weights with a tokenizer, and a text for it: complete, tiny, and made in code.</summary>
internal static class TinyModel
{
    private const int Hidden = 32;
    private const int Heads = 4;
    private const int KeyHeads = 2;

    /// <summary>Writes config.json, model.safetensors, tokenizer.json and tokenizer_config.json into a new folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="layers">Blocks.</param>
    /// <param name="intermediate">Inputs of down_proj; not divisible by 8 as it stands.</param>
    /// <param name="change">Changes the values of a tensor before it is written.</param>
    /// <returns>The folder.</returns>
    public static string Create(string folder, int layers = 2, int intermediate = 76, Action<string, float[]>? change = null)
    {
        Directory.CreateDirectory(folder);
        var vocabulary = ByteLevelBpeTrainer.Train(Text(seed: 1, words: 2000), 300, ["<|endoftext|>"]);
        vocabulary.Save(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["hidden_size"] = Hidden,
            ["intermediate_size"] = intermediate,
            ["num_hidden_layers"] = layers,
            ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = KeyHeads,
            ["vocab_size"] = vocabulary.Tokens.Count,
            ["max_position_embeddings"] = 64,
            ["tie_word_embeddings"] = true,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
        }.ToJsonString());
        var shapes = Shapes(layers, intermediate, vocabulary.Tokens.Count).ToArray();
        var random = new Random(7);
        using var writer = new SafetensorsWriter(Path.Combine(folder, "model.safetensors"), shapes.Select(pair => new SafetensorsEntry(pair.Name, ElementType.F32, pair.Shape)));
        foreach (var (name, shape) in shapes)
        {
            var values = new float[shape.ElementCount];
            for (var i = 0; i < values.Length; i++) values[i] = shape.Rank == 1 ? 1 : (float)((random.NextDouble() - 0.5) * 0.4);
            change?.Invoke(name, values);
            writer.Write(name, ArrayTensorData.FromSingles(shape, values));
        }
        writer.Complete();
        return folder;
    }

    /// <summary>A text of random words.</summary>
    public static string Text(int seed, int words)
    {
        string[] syllables = ["ba", "do", "ki", "lu", "me", "nor", "pa", "ste", "tri", "vo"];
        var random = new Random(seed);
        return string.Join(' ', Enumerable.Range(0, words).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.Next(3)).Select(_ => syllables[random.Next(syllables.Length)]))));
    }

    private static IEnumerable<(string Name, TensorShape Shape)> Shapes(int layers, int intermediate, int vocabulary)
    {
        const int KeyWidth = Hidden / Heads * KeyHeads;
        yield return ("model.embed_tokens.weight", new TensorShape(vocabulary, Hidden));
        for (var layer = 0; layer < layers; layer++)
        {
            var block = $"model.layers.{layer}.";
            yield return (block + "input_layernorm.weight", new TensorShape(Hidden));
            yield return (block + "self_attn.q_proj.weight", new TensorShape(Hidden, Hidden));
            yield return (block + "self_attn.k_proj.weight", new TensorShape(KeyWidth, Hidden));
            yield return (block + "self_attn.v_proj.weight", new TensorShape(KeyWidth, Hidden));
            yield return (block + "self_attn.o_proj.weight", new TensorShape(Hidden, Hidden));
            yield return (block + "post_attention_layernorm.weight", new TensorShape(Hidden));
            yield return (block + "mlp.gate_proj.weight", new TensorShape(intermediate, Hidden));
            yield return (block + "mlp.up_proj.weight", new TensorShape(intermediate, Hidden));
            yield return (block + "mlp.down_proj.weight", new TensorShape(Hidden, intermediate));
        }
        yield return ("model.norm.weight", new TensorShape(Hidden));
    }
}
