using System.Text.Json.Nodes;

namespace Espalier.Recipes;

/// <summary>Sizes of a new LLaMA-like decoder.</summary>
public sealed record ModelShape
{
    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads; divides <see cref="HiddenSize"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads (grouped-query attention); divides <see cref="Heads"/>. Null for as many as query heads.</summary>
    public int? KvHeads { get; init; }

    /// <summary>Width of the gated feed-forward; null for 8/3 of the hidden size, rounded up to a multiple of 32.</summary>
    public int? IntermediateSize { get; init; }

    /// <summary>Tokens of the vocabulary that is learned from the training text, the 256 bytes and one special token included.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence in tokens; at least the training sequence length.</summary>
    public int Context { get; init; } = 512;

    /// <summary>Whether the output head is the transposed embedding.</summary>
    public bool TiedEmbeddings { get; init; } = true;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Epsilon of the RMS norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Standard deviation of the first weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The configuration in the spelling of Hugging Face's library.</summary>
    /// <param name="vocabularySize">Tokens that the tokenizer really has.</param>
    /// <param name="textEnd">Id that begins and ends texts; null if there is none.</param>
    /// <param name="type">Element type of the written weights as libtorch spells it, for example <c>bfloat16</c>.</param>
    public JsonObject ToConfig(int vocabularySize, int? textEnd, string type) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = vocabularySize,
        ["hidden_size"] = HiddenSize,
        ["intermediate_size"] = IntermediateSize ?? ((HiddenSize * 8 / 3) + 31) / 32 * 32,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KvHeads ?? Heads,
        ["head_dim"] = HiddenSize / Heads,
        ["hidden_act"] = "silu",
        ["max_position_embeddings"] = Context,
        ["rms_norm_eps"] = NormEpsilon,
        ["rope_theta"] = RopeTheta,
        ["rope_scaling"] = null,
        ["attention_bias"] = false,
        ["mlp_bias"] = false,
        ["tie_word_embeddings"] = TiedEmbeddings,
        ["initializer_range"] = InitializerRange,
        ["bos_token_id"] = textEnd,
        ["eos_token_id"] = textEnd,
        ["torch_dtype"] = type,
        ["use_cache"] = true,
    };

    /// <summary>Refuses sizes that make no model.</summary>
    /// <exception cref="UsageException">A size is out of range; it is named.</exception>
    public void Validate()
    {
        Require(HiddenSize >= 1, "hidden-size", "at least 1");
        Require(Layers >= 1, "layers", "at least 1");
        Require(Heads >= 1 && HiddenSize % Heads == 0, "heads", "a divisor of hidden-size");
        Require(HiddenSize / Heads % 2 == 0, "heads", "such that hidden-size / heads is even, for the rotary positions");
        Require(KvHeads is null || (KvHeads >= 1 && Heads % KvHeads == 0), "kv-heads", "a divisor of heads");
        Require(IntermediateSize is null or >= 1, "intermediate-size", "at least 1");
        Require(VocabularySize >= 257, "vocabulary-size", "at least 257");
        Require(Context >= 1, "context", "at least 1");
        Require(RopeTheta > 0, "rope-theta", "positive");
        Require(NormEpsilon > 0, "norm-epsilon", "positive");
        Require(InitializerRange > 0, "initializer-range", "positive");
    }

    private static void Require(bool holds, string key, string range)
    {
        if (!holds) throw new UsageException($"the value must be {range}", $"recipe, section 'model', key '{key}'");
    }
}
