using System.Text.Json.Nodes;
using Espalier.Formats.Gguf;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Formats;

public sealed class GgufCheckpointTests : IDisposable
{
    private const string Layer = "model.layers.0.self_attn.";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llama", true)]
    [InlineData("smollm3", true)]
    [InlineData("qwen2", false)]
    [InlineData("qwen3", false)]
    public void Query_and_key_rows_are_reordered_where_the_architecture_interleaves_them(string architecture, bool reordered)
    {
        using var model = Open(GgufModelBuilder.Create(architecture));
        // Stored rows of a head of four: pairs (0, 2) and (1, 3) stand together as 0 2 1 3.
        float[] order = reordered ? [0, 2, 1, 3, 4, 6, 5, 7] : [0, 1, 2, 3, 4, 5, 6, 7];
        Assert.Equal(order, model[Layer + "q_proj.bias"].ToSingles());
        Assert.Equal(order.SelectMany(row => Enumerable.Range(0, 8).Select(i => row * 8 + i)), model[Layer + "q_proj.weight"].ToSingles());
        Assert.Equal(order[..4].SelectMany(row => Enumerable.Range(0, 8).Select(i => row * 8 + i)), model[Layer + "k_proj.weight"].ToSingles());
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (float)i), model[Layer + "v_proj.weight"].ToSingles());
        var part = new float[5];
        model[Layer + "q_proj.weight"].ReadSingle(13, part); // crosses from row 1 to row 2
        Assert.Equal(reordered ? [21f, 22, 23, 8, 9] : [13f, 14, 15, 16, 17], part);
        Assert.Equal(model[Layer + "q_proj.weight"].ToSingles().SelectMany(BitConverter.GetBytes), model[Layer + "q_proj.weight"].ToBytes());
    }

    [Fact]
    public void The_configuration_has_the_keys_of_hugging_face()
    {
        using var model = Open(GgufModelBuilder.Create("qwen3", tied: false)
            .Add("qwen3.attention.key_length", 4u).Add("qwen3.attention.value_length", 4u)
            .Add("tokenizer.ggml.bos_token_id", 1u).Add("tokenizer.ggml.eos_token_id", 2u)
            .AddSingles("blk.0.attn_q_norm.weight", [1, 1, 1, 1], 4));
        Assert.True(model.Contains(Layer + "q_norm.weight"));
        var expected = """
            {"architectures":["Qwen3ForCausalLM"],"model_type":"qwen3","hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,
             "num_attention_heads":2,"num_key_value_heads":1,"head_dim":4,"hidden_act":"silu","rms_norm_eps":1E-06,"rope_theta":500000,
             "rope_scaling":null,"max_position_embeddings":64,"vocab_size":5,"tie_word_embeddings":false,"attention_bias":true,"mlp_bias":false,
             "bos_token_id":1,"eos_token_id":2}
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(model.CreateConfig().ToJsonString())), model.CreateConfig().ToJsonString());
    }

    [Fact]
    public void Special_cases_of_the_configuration()
    {
        var mistral = Config(GgufModelBuilder.Create("llama").Add("llama.attention.sliding_window", 32u));
        Assert.Equal("mistral", (string?)mistral["model_type"]);
        Assert.Equal(32, (long)mistral["sliding_window"]!);
        Assert.Equal("[1]", Config(GgufModelBuilder.Create("smollm3"))["no_rope_layers"]!.ToJsonString());
        var linear = Config(GgufModelBuilder.Create("llama").Add("llama.rope.scaling.type", "linear").Add("llama.rope.scaling.factor", 4f));
        Assert.Equal("""{"rope_type":"linear","factor":4}""", linear["rope_scaling"]!.ToJsonString());
        var yarn = Config(GgufModelBuilder.Create("qwen2").Add("qwen2.rope.scaling.type", "yarn").Add("qwen2.rope.scaling.factor", 4f)
            .Add("qwen2.rope.scaling.original_context_length", 32768u));
        Assert.Equal("""{"rope_type":"yarn","factor":4,"original_max_position_embeddings":32768}""", yarn["rope_scaling"]!.ToJsonString());
    }

    [Fact]
    public void Factors_of_another_kind_are_refused_and_factors_of_one_mean_no_scaling()
    {
        // The fastest rotation is never slowed, and there is one factor for each pair of a head.
        foreach (var factors in (float[][])[[3, 1], [1, 0.5f], [1, 1, 1]])
        {
            Assert.Contains("rope_freqs.weight", Assert.Throws<InvalidFileException>(() =>
                Config(GgufModelBuilder.Create("llama").AddSingles("rope_freqs.weight", factors, factors.Length))).Message, StringComparison.Ordinal);
        }
        using var model = Open(GgufModelBuilder.Create("llama").AddSingles("rope_freqs.weight", [1, 1], 2));
        Assert.DoesNotContain("rope_freqs.weight", model.Names);
        Assert.Equal(2, model.RopeFactors!.ElementCount);
        Assert.Null(model.CreateConfig()["rope_scaling"]);
    }

    [Fact]
    public void The_factors_of_llama_3_2_give_its_published_parameters()
    {
        // Independent of the product: the blend of frequencies as the oracle notes state it, head of 64, theta 500000, factor 32.
        var factors = new float[32];
        for (var i = 0; i < 32; i++)
        {
            var frequency = Math.Pow(500000, -i / 32.0);
            var wavelength = 2 * Math.PI / frequency;
            var smooth = (8192 / wavelength - 1) / 3;
            var scaled = wavelength < 2048 ? frequency : wavelength > 8192 ? frequency / 32 : (1 - smooth) * frequency / 32 + smooth * frequency;
            factors[i] = (float)(frequency / scaled);
        }
        Assert.Contains(factors, f => f is > 1 and < 32);
        var config = Config(new GgufBuilder()
            .Add("general.architecture", "llama").Add("llama.block_count", 1u).Add("llama.context_length", 131072u)
            .Add("llama.embedding_length", 64u).Add("llama.feed_forward_length", 1u).Add("llama.attention.head_count", 1u)
            .Add("llama.attention.layer_norm_rms_epsilon", 1e-5f).Add("llama.rope.freq_base", 500000f)
            .AddSingles("token_embd.weight", new float[64], 1, 64).AddSingles("blk.0.attn_norm.weight", new float[64], 64)
            .AddSingles("rope_freqs.weight", factors, 32));
        Assert.Equal("""{"rope_type":"llama3","factor":32,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":8192}""",
            config["rope_scaling"]!.ToJsonString());
    }

    [Fact]
    public void What_the_family_does_not_have_is_refused_by_name()
    {
        Expect("'blk.0.ffn_gate_exps.weight'", GgufModelBuilder.Create("llama").AddSingles("blk.0.ffn_gate_exps.weight", [1], 1));
        Expect("'blk.00.attn_norm.weight'", GgufModelBuilder.Create("llama").AddSingles("blk.00.attn_norm.weight", [1], 1));
        Expect("'blk.0.attn_q_norm.weight'", GgufModelBuilder.Create("llama").AddSingles("blk.0.attn_q_norm.weight", [1], 1));
        Expect("'gemma'", GgufModelBuilder.Create("gemma"));
        Expect("blocks are stated", GgufModelBuilder.Create("llama").AddSingles("blk.7.attn_norm.weight", [1], 1));
        Expect("block 7", new GgufBuilder().Add("general.architecture", "smollm3").Add("smollm3.block_count", 1u)
            .AddSingles("token_embd.weight", [1], 1, 1).AddSingles("blk.7.attn_norm.weight", [1], 1));
        Expect("'blk.0.attn_k.weight'", GgufModelBuilder.Create("llama", keyRows: 6));
        Expect("'llama.rope.scaling.type'", GgufModelBuilder.Create("llama").Add("llama.rope.scaling.type", "longrope"));
        Expect("'llama.rope.dimension_count'", GgufModelBuilder.Create("llama").Add("llama.rope.dimension_count", 2u));
        Expect("architecture is missing", new GgufBuilder());
    }

    [Fact]
    public void Tokenizer_arrays_are_read_and_checked()
    {
        GgufBuilder Base() => GgufModelBuilder.Create("llama").Add("tokenizer.ggml.model", "llama").Add("tokenizer.ggml.tokens", new[] { "<unk>", "▁a" });
        using var model = Open(Base().Add("tokenizer.ggml.scores", new[] { 0f, -1f }).Add("tokenizer.ggml.token_type", new[] { 2, 1 })
            .Add("tokenizer.ggml.unknown_token_id", 0u).Add("tokenizer.ggml.add_space_prefix", false).Add("tokenizer.ggml.add_eos_token", true));
        var data = model.ReadTokenizer()!;
        Assert.Equal(["<unk>", "▁a"], data.Tokens);
        Assert.Equal([0f, -1f], data.Scores);
        Assert.Equal([2, 1], data.TokenTypes);
        Assert.Equal((0, false, null), (data.UnknownId, data.AddSpacePrefix, data.BosId));
        Assert.True(data.AddEos);
        using var none = Open(GgufModelBuilder.Create("llama"));
        Assert.Null(none.ReadTokenizer());
        using var uneven = Open(Base().Add("tokenizer.ggml.scores", new[] { 0f }));
        Assert.Contains("scores", Assert.Throws<InvalidFileException>(() => uneven.ReadTokenizer()).Message, StringComparison.Ordinal);
        using var outside = Open(Base().Add("tokenizer.ggml.bos_token_id", 2u));
        Assert.Contains("bos_token_id", Assert.Throws<InvalidFileException>(() => outside.ReadTokenizer()).Message, StringComparison.Ordinal);
    }

    private GgufCheckpoint Open(GgufBuilder builder) => GgufCheckpoint.Open(_folder.Write($"{Guid.NewGuid():N}.gguf", builder.Build()));

    private JsonObject Config(GgufBuilder builder)
    {
        using var model = Open(builder);
        return model.CreateConfig();
    }

    private void Expect(string text, GgufBuilder builder) =>
        Assert.Contains(text, Assert.Throws<InvalidFileException>(() => Config(builder)).Message, StringComparison.Ordinal);
}
