using System.Text.Json.Nodes;
using Espalier.Core.Tests.Formats;
using Espalier.Formats.HuggingFace;
using Xunit;

namespace Espalier.Core.Tests.HuggingFace;

/// <summary>What is not understood completely is refused, with file and key or tensor in the message.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void The_fixture_itself_is_accepted()
    {
        var graph = LlamaFixture.Tiny().Build();
        Assert.Equal("logits", Assert.Single(graph.Outputs).Name);
    }

    [Theory]
    [InlineData("model_type", "\"llamma\"")]
    [InlineData("model_type", "null")]
    [InlineData("architectures", "[\"LlamaForSequenceClassification\"]")]
    [InlineData("attn_logit_softcapping", "30.0")]
    [InlineData("partial_rotary_factor", "0.5")]
    [InlineData("hidden_act", "\"mish\"")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("num_attention_heads", "3")]
    [InlineData("num_attention_heads", "0")]
    [InlineData("head_dim", "7")]
    [InlineData("hidden_size", "\"8\"")]
    [InlineData("num_hidden_layers", "2.5")]
    [InlineData("rms_norm_eps", "\"small\"")]
    [InlineData("tie_word_embeddings", "1")]
    [InlineData("rope_theta", "-1")]
    [InlineData("quantization_config", "{\"bits\":4}")]
    public void A_key_that_cannot_be_used_is_named(string key, string value)
    {
        var fixture = LlamaFixture.Tiny();
        fixture.Config[key] = JsonNode.Parse(value);
        var error = Assert.Throws<InvalidFileException>(() => fixture.Build());
        Assert.Equal("folder/config.json", error.File);
        Assert.Contains($"'{(key == "num_attention_heads" && value == "3" ? "hidden_size" : key)}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rope_type":"spiral","factor":2}""", "spiral")]
    [InlineData("""{"rope_type":"linear"}""", "'factor'")]
    [InlineData("""{"rope_type":"linear","factor":0.5}""", "'factor'")]
    [InlineData("""{"rope_type":"linear","factor":2,"wobble":1}""", "'wobble'")]
    [InlineData("""{"rope_type":"default","partial_rotary_factor":0.5}""", "'partial_rotary_factor'")]
    [InlineData("""{"rope_type":"llama3","factor":8}""", "'original_max_position_embeddings'")]
    [InlineData("""{"rope_type":"longrope","original_max_position_embeddings":64,"short_factor":[1,1],"long_factor":[1]}""", "'short_factor'")]
    public void A_rotary_scaling_that_is_not_understood_is_refused(string section, string part)
    {
        var fixture = LlamaFixture.Tiny();
        fixture.Config["rope_scaling"] = JsonNode.Parse(section);
        var error = Assert.Throws<InvalidFileException>(() => fixture.Build());
        Assert.StartsWith("folder/config.json", error.File, StringComparison.Ordinal);
        Assert.Contains("rope_scaling", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_of_the_wrong_shape_is_named_with_both_shapes()
    {
        var fixture = LlamaFixture.Tiny();
        fixture.Set("model.layers.1.mlp.up_proj.weight", 13, 8);
        var error = Assert.Throws<InvalidFileException>(() => fixture.Build());
        Assert.Contains("'model.layers.1.mlp.up_proj.weight'", error.Message, StringComparison.Ordinal);
        Assert.Contains("[13, 8]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[12, 8]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_integer_tensor_is_refused()
    {
        var fixture = LlamaFixture.Tiny();
        fixture.Tensors["model.norm.weight"] = new ZeroTensor(new(8), Tensors.ElementType.I8);
        var error = Assert.Throws<InvalidFileException>(() => fixture.Build());
        Assert.Contains("'model.norm.weight'", error.Message, StringComparison.Ordinal);
        Assert.Contains("I8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        var fixture = LlamaFixture.Tiny();
        fixture.Tensors.Remove("model.layers.1.self_attn.k_proj.weight");
        var error = Assert.ThrowsAny<EspalierException>(() => fixture.Build());
        Assert.Contains("'model.layers.1.self_attn.k_proj.weight'", error.Message, StringComparison.Ordinal);
        Assert.Contains("memory", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.layers.2.mlp.up_proj.weight")]
    [InlineData("model.layers.0.self_attn.q_proj.bias")]
    [InlineData("score.weight")]
    public void A_surplus_tensor_is_named(string name)
    {
        var fixture = LlamaFixture.Tiny();
        fixture.Set(name, 8);
        var error = Assert.Throws<InvalidFileException>(() => fixture.Build());
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stored_rotary_tables_and_a_tied_head_are_no_surplus()
    {
        var fixture = LlamaFixture.Tiny();
        fixture.Set("model.layers.0.self_attn.rotary_emb.inv_freq", 1);
        fixture.Set("lm_head.weight", 11, 8);
        Assert.NotNull(fixture.Build());
    }

    [Theory]
    [InlineData("""{"model_type":"llama","hidden_""", "not valid JSON")]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"model_type":"llama","hidden_size":8,"hidden_size":16}""", "hidden_size")]
    public void A_damaged_configuration_file_is_refused(string text, string part)
    {
        using var folder = new TempFolder();
        var path = folder.Write("config.json", System.Text.Encoding.UTF8.GetBytes(text));
        var error = Assert.Throws<InvalidFileException>(() => ConfigReader.Open(path));
        Assert.Equal(path, error.File);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_configuration_file_is_named()
    {
        using var folder = new TempFolder();
        var error = Assert.Throws<EspalierException>(() => ConfigReader.Open(folder.File("config.json")));
        Assert.Contains(folder.File("config.json"), error.Message, StringComparison.Ordinal);
    }
}
