namespace Espalier.Core.Tests.Formats;

/// <summary>A tiny model of the llama family as GGUF: hidden 8, heads 2 (kv 1) of 4, one block; values count upwards.</summary>
internal static class GgufModelBuilder
{
    public const int Hidden = 8, HeadDim = 4;

    public static GgufBuilder Create(string architecture, bool tied = true, int keyRows = HeadDim)
    {
        var builder = new GgufBuilder()
            .Add("general.architecture", architecture)
            .Add($"{architecture}.block_count", 1u)
            .Add($"{architecture}.context_length", 64u)
            .Add($"{architecture}.embedding_length", (uint)Hidden)
            .Add($"{architecture}.feed_forward_length", 16u)
            .Add($"{architecture}.attention.head_count", 2u)
            .Add($"{architecture}.attention.head_count_kv", 1u)
            .Add($"{architecture}.attention.layer_norm_rms_epsilon", 1e-6f)
            .Add($"{architecture}.rope.freq_base", 500000f);
        void Add(string name, params long[] sizes) =>
            builder.AddSingles(name, [.. Enumerable.Range(0, (int)sizes.Aggregate(1L, (a, b) => a * b)).Select(i => (float)i)], sizes);
        Add("token_embd.weight", 5, Hidden);
        Add("blk.0.attn_norm.weight", Hidden);
        Add("blk.0.attn_q.weight", 8, Hidden);
        Add("blk.0.attn_q.bias", 8);
        Add("blk.0.attn_k.weight", keyRows, Hidden);
        Add("blk.0.attn_v.weight", 4, Hidden);
        Add("blk.0.attn_output.weight", Hidden, 8);
        Add("blk.0.ffn_norm.weight", Hidden);
        Add("blk.0.ffn_gate.weight", 16, Hidden);
        Add("blk.0.ffn_up.weight", 16, Hidden);
        Add("blk.0.ffn_down.weight", Hidden, 16);
        Add("output_norm.weight", Hidden);
        if (!tied) Add("output.weight", 5, Hidden);
        return builder;
    }
}
