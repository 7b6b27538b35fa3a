using System.Text.Json.Nodes;
using Espalier.Formats;
using Espalier.Formats.HuggingFace;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Core.Tests.HuggingFace;

/// <summary>A configuration and tensors of zeros with the shapes that the LLaMA architecture needs; tests change one thing and look at the effect.</summary>
internal sealed class LlamaFixture
{
    public LlamaFixture(int hidden, int intermediate, int layers, int heads, int kvHeads, int vocabulary)
    {
        var keyWidth = hidden / heads * kvHeads;
        Config = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["hidden_size"] = hidden,
            ["intermediate_size"] = intermediate,
            ["num_hidden_layers"] = layers,
            ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = kvHeads,
            ["vocab_size"] = vocabulary,
            ["tie_word_embeddings"] = true,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 100000,
        };
        Set("model.embed_tokens.weight", vocabulary, hidden);
        for (var layer = 0; layer < layers; layer++)
        {
            var block = $"model.layers.{layer}.";
            Set(block + "input_layernorm.weight", hidden);
            Set(block + "self_attn.q_proj.weight", hidden, hidden);
            Set(block + "self_attn.k_proj.weight", keyWidth, hidden);
            Set(block + "self_attn.v_proj.weight", keyWidth, hidden);
            Set(block + "self_attn.o_proj.weight", hidden, hidden);
            Set(block + "post_attention_layernorm.weight", hidden);
            Set(block + "mlp.gate_proj.weight", intermediate, hidden);
            Set(block + "mlp.up_proj.weight", intermediate, hidden);
            Set(block + "mlp.down_proj.weight", hidden, intermediate);
        }
        Set("model.norm.weight", hidden);
    }

    public static LlamaFixture Tiny() => new(hidden: 8, intermediate: 12, layers: 2, heads: 4, kvHeads: 2, vocabulary: 11);

    public JsonObject Config { get; }

    public Dictionary<string, TensorData> Tensors { get; } = [];

    public void Set(string name, params long[] shape) => Tensors[name] = new ZeroTensor(new TensorShape(shape));

    public Graph Build(GraphForm form = GraphForm.Sequence)
    {
        using var tensors = new InMemoryTensors();
        foreach (var (name, data) in Tensors) tensors.Set(name, data);
        return ArchitectureRegistry.Build(new ConfigReader("folder/config.json", Config), tensors, form);
    }
}
