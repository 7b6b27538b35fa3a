using Espalier.Core.Tests.HuggingFace;
using Espalier.Formats.HuggingFace;
using Espalier.Graphs;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Graphs;

public sealed class CostModelTests
{
    private const long Tokens = 1024;

    // The sizes of SmolLM2-135M.
    private static LlamaFixture SmolLM2() => new(hidden: 576, intermediate: 1536, layers: 30, heads: 9, kvHeads: 3, vocabulary: 49152);

    [Fact]
    public void A_llama_is_counted_as_by_hand()
    {
        var cost = CostModel.Measure(SmolLM2().Build(), Sizes(("batch", 1), ("sequence", Tokens)));

        const long attention = 9 * Tokens * (64 + 64); // per query: scores and mix over all keys
        const long self = (576 * 576) + (2 * 576 * 192) + (576 * 576) + attention;
        const long mlp = 3 * 576 * 1536;
        Assert.Equal(self * Tokens, Row(cost, "model.layers.7.self_attn").Macs);
        Assert.Equal(576 * 192 * Tokens, Row(cost, "model.layers.7.self_attn.k_proj").Macs);
        Assert.Equal(mlp * Tokens, Row(cost, "model.layers.7.mlp").Macs);
        Assert.Equal((self + mlp) * Tokens, Row(cost, "model.layers.7").Macs);
        Assert.Equal(30 * (self + mlp) * Tokens, Row(cost, "model").Macs);
        Assert.Equal(576 * 49152 * Tokens, Row(cost, "lm_head").Macs);
        Assert.Equal(((30 * (self + mlp)) + (576 * 49152)) * Tokens, cost.Macs);
        Assert.Empty(cost.Uncounted);
    }

    [Fact]
    public void Parameters_and_bytes_are_counted_once_by_module()
    {
        var cost = CostModel.Measure(SmolLM2().Build(), Sizes(("batch", 1), ("sequence", 1)));

        Assert.Equal(134_515_008, cost.Parameters); // as published for SmolLM2-135M
        Assert.Equal(4 * 134_515_008L, cost.Bytes);
        Assert.Equal(49152 * 576, Row(cost, "model.embed_tokens").Parameters);
        Assert.Equal(0, Row(cost, "lm_head").Parameters);
        Assert.Equal((2 * 576 * 576) + (2 * 576 * 192) + (3 * 576 * 1536) + (2 * 576), Row(cost, "model.layers.0").Parameters);
        Assert.Equal(cost.Parameters, cost.Scopes[0].Parameters);
    }

    [Fact]
    public void With_a_cache_a_query_meets_past_and_new_keys()
    {
        var graph = LlamaFixture.Tiny().Build(GraphForm.Cached);
        var cost = CostModel.Measure(graph, Sizes(("batch", 3), ("sequence", 2), ("past_sequence", 5)));

        var attention = cost.Nodes.First(node => node.Node.OpType == "Attention");
        Assert.Equal(3 * 4 * 2 * 7 * (2 + 2), attention.Macs);
        // Tiny: hidden 8, intermediate 12, key width 4, vocabulary 11, two layers.
        Assert.Equal((3 * 2 * ((2 * ((2 * 8 * 8) + (2 * 8 * 4) + (3 * 8 * 12))) + (8 * 11))) + (2 * attention.Macs), cost.Macs);
    }

    [Fact]
    public void Convolutions_and_gemm_follow_their_weights()
    {
        var graph = new Graph("net", 20);
        var image = graph.AddInput("image", ElementType.F32, "batch", 4, 9, 9);
        var kernel = graph.AddParameter("kernel", new ZeroTensor(new(6, 2, 3, 3)));
        var convolution = graph.AddNode("conv", "Conv", "", [image, kernel.Value], ["features"], new() { { "group", 2 } });
        Shape(convolution, "batch", 6, 7, 7);
        var upward = graph.AddParameter("upward", new ZeroTensor(new(6, 5, 2, 2)));
        Shape(graph.AddNode("up", "ConvTranspose", "", [convolution.Output, upward.Value], ["upscaled"], new() { { "strides", [2, 2] } }), "batch", 5, 14, 14);
        var row = graph.AddInput("row", ElementType.F32, 10, "batch");
        var matrix = graph.AddParameter("matrix", new ZeroTensor(new(3, 10)));
        Shape(graph.AddNode("gemm", "Gemm", "", [row, matrix.Value], ["mapped"], new() { { "transA", 1 }, { "transB", 1 } }), "batch", 3);

        var cost = CostModel.Measure(graph, Sizes(("batch", 2)));

        Assert.Equal([2 * 6 * 7 * 7 * 2 * 3 * 3, 2 * 6 * 7 * 7 * 5 * 2 * 2, 2 * 3 * 10], cost.Nodes.Select(node => node.Macs!.Value));
    }

    [Fact]
    public void What_has_no_rule_is_listed_and_not_taken_for_free()
    {
        var graph = new Graph("net", 20);
        var x = graph.AddInput("x", ElementType.F32, 2, 3);
        var y = graph.AddInput("y", ElementType.F32);
        graph.AddNode("own", "Mixer", "", [x], ["a"], NodeAttributes.None, "com.example");
        graph.AddNode("einsum", "Einsum", "", [x, x], ["b"], new() { { "equation", "ij,ij->i" } });
        graph.AddNode("unknown shape", "MatMul", "", [x, y], ["c"], NodeAttributes.None);
        graph.AddNode("sum", "Add", "", [x, x], ["d"], NodeAttributes.None);

        var cost = CostModel.Measure(graph, Sizes());

        Assert.Equal(["own", "einsum", "unknown shape"], cost.Uncounted.Select(node => node.Name));
        Assert.Equal(0, cost.Macs);
    }

    [Fact]
    public void A_symbol_without_size_is_named()
    {
        var error = Assert.Throws<UsageException>(() => CostModel.Measure(LlamaFixture.Tiny().Build(), Sizes(("batch", 1))));
        Assert.Contains("'sequence'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Absurd_sizes_saturate_instead_of_wrapping()
    {
        var cost = CostModel.Measure(LlamaFixture.Tiny().Build(), Sizes(("batch", long.MaxValue), ("sequence", long.MaxValue)));
        Assert.Equal(long.MaxValue, cost.Macs);
    }

    private static ScopeCost Row(GraphCost cost, string scope) => cost.Scopes.Single(row => row.Scope == scope);

    private static void Shape(Node node, params Dim[] shape) => node.Output.Shape = shape;

    private static Dictionary<string, long> Sizes(params ReadOnlySpan<(string Symbol, long Size)> sizes)
    {
        var result = new Dictionary<string, long>();
        foreach (var (symbol, size) in sizes) result.Add(symbol, size);
        return result;
    }
}
