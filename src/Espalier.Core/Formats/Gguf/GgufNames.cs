using System.Globalization;

namespace Espalier.Formats.Gguf;

/// <summary>GGUF tensor names of the llama family to Hugging Face names.</summary>
internal static class GgufNames
{
    /// <summary>Frequency factors of llama-3 rotary positions; not a parameter of the model.</summary>
    public const string RopeFactors = "rope_freqs.weight";

    private static readonly Dictionary<string, string> Whole = new(StringComparer.Ordinal)
    {
        ["token_embd.weight"] = "model.embed_tokens.weight",
        ["output_norm.weight"] = "model.norm.weight",
        ["output.weight"] = "lm_head.weight",
    };

    private static readonly Dictionary<string, string> InBlock = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["ffn_norm"] = "post_attention_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
    };

    /// <summary>Translates a name; false when the family has no such tensor.</summary>
    /// <param name="name">GGUF name.</param>
    /// <param name="architecture">Decides whether norms of heads exist.</param>
    /// <param name="translated">Hugging Face name.</param>
    /// <param name="block">Number of the block, or -1 outside the blocks.</param>
    /// <param name="part">Name within the block, for example <c>attn_q</c>, or the whole name.</param>
    public static bool TryTranslate(string name, GgufArchitecture architecture, out string translated, out int block, out string part)
    {
        (block, part) = (-1, name);
        if (Whole.TryGetValue(name, out translated!)) return true;
        translated = "";
        // blk.NUMBER.part.kind, the number without leading zeros so that no two names mean the same.
        var pieces = name.Split('.');
        if (pieces.Length != 4 || pieces[0] != "blk" || pieces[3] is not ("weight" or "bias")) return false;
        if (!int.TryParse(pieces[1], NumberStyles.None, CultureInfo.InvariantCulture, out block)) return false;
        if (block.ToString(CultureInfo.InvariantCulture) != pieces[1]) return false;
        part = pieces[2];
        if (!InBlock.TryGetValue(part, out var inner)) return false;
        if (part.EndsWith("_norm", StringComparison.Ordinal) && pieces[3] == "bias") return false;
        if (part is "attn_q_norm" or "attn_k_norm" && !architecture.HeadNorms) return false;
        translated = $"model.layers.{pieces[1]}.{inner}.{pieces[3]}";
        return true;
    }
}
