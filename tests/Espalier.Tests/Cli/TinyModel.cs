using System.Text.Json.Nodes;
using Espalier.Data;
using Espalier.Formats.HuggingFace;
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
        var config = new JsonObject
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
            ["initializer_range"] = 0.12,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
        };
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        var weights = WeightInitializer.Create(new ConfigReader("config.json", config), new SeededRandom(7));
        SafetensorsCheckpointWriter.Write(folder, weights.Names.Select(name => new CheckpointTensor(name, Changed(name, weights[name], change))));
        return folder;
    }

    /// <summary>A text of random words.</summary>
    public static string Text(int seed, int words)
    {
        string[] syllables = ["ba", "do", "ki", "lu", "me", "nor", "pa", "ste", "tri", "vo"];
        var random = new Random(seed);
        return string.Join(' ', Enumerable.Range(0, words).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.Next(3)).Select(_ => syllables[random.Next(syllables.Length)]))));
    }

    private static TensorData Changed(string name, TensorData data, Action<string, float[]>? change)
    {
        if (change is null) return data;
        var values = new float[data.ElementCount];
        data.ReadSingle(0, values);
        change(name, values);
        return ArrayTensorData.FromSingles(data.Shape, values);
    }
}
