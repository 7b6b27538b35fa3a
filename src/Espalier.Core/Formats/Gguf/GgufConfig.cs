using System.Text.Json.Nodes;

namespace Espalier.Formats.Gguf;

/// <summary>Makes the Hugging Face configuration of a GGUF model.</summary>
internal static class GgufConfig
{
    public static JsonObject Create(GgufCheckpoint model, GgufHyperparameters numbers)
    {
        var architecture = numbers.Architecture;
        var heads = numbers.Heads;
        var layers = numbers.Positive("block_count");
        if (numbers.Optional("rope.dimension_count") is { } rotary && rotary != numbers.HeadDimension)
        {
            throw numbers.Fault("rope.dimension_count",
                $"rotation of {rotary} of the {numbers.HeadDimension} components of a head is not read");
        }
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(architecture.ClassName),
            ["model_type"] = architecture.ModelType,
            ["hidden_size"] = numbers.Hidden,
            ["intermediate_size"] = numbers.Positive("feed_forward_length"),
            ["num_hidden_layers"] = layers,
            ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = numbers.KeyValueHeads,
            ["head_dim"] = numbers.HeadDimension,
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = numbers.Real("attention.layer_norm_rms_epsilon")
                ?? throw numbers.Fault("attention.layer_norm_rms_epsilon", "the value is missing"),
            ["rope_theta"] = numbers.Real("rope.freq_base") ?? 10000.0, // the default of the reference
            ["rope_scaling"] = GgufRopeScaling.Create(model, numbers),
            ["max_position_embeddings"] = numbers.Positive("context_length"),
            ["vocab_size"] = model["model.embed_tokens.weight"].Shape is { Rank: > 0 } shape ? shape[0] : 0,
            ["tie_word_embeddings"] = !model.Contains("lm_head.weight"),
            ["attention_bias"] = model.Contains("model.layers.0.self_attn.q_proj.bias"),
            ["mlp_bias"] = model.Contains("model.layers.0.mlp.down_proj.bias"),
        };
        AddToken(config, model, "bos_token_id", "tokenizer.ggml.bos_token_id");
        AddToken(config, model, "eos_token_id", "tokenizer.ggml.eos_token_id");
        AddToken(config, model, "pad_token_id", "tokenizer.ggml.padding_token_id");
        if (architecture.Name == "llama" && numbers.Optional("attention.sliding_window") is { } window) UseMistral(config, window);
        if (architecture.Name == "smollm3") AddLayersWithoutRotation(config, layers);
        return config;
    }

    // GGUF has no architecture of its own for mistral; only the window tells the two apart.
    private static void UseMistral(JsonObject config, long window)
    {
        config["architectures"] = new JsonArray("MistralForCausalLM");
        config["model_type"] = "mistral";
        config["sliding_window"] = window;
    }

    // The format does not store it: every fourth layer has no rotation, as in the reference. 1 means that the layer rotates.
    private static void AddLayersWithoutRotation(JsonObject config, long layers)
    {
        var rotates = new JsonArray();
        for (var layer = 1L; layer <= layers; layer++) rotates.Add(layer % 4 == 0 ? 0 : 1);
        config["no_rope_layer_interval"] = 4;
        config["no_rope_layers"] = rotates;
    }

    private static void AddToken(JsonObject config, GgufCheckpoint model, string name, string key)
    {
        if (model.File.Values.GetInteger(key) is { } id) config[name] = id;
    }
}
