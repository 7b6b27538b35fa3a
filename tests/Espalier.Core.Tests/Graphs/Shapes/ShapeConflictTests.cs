using Espalier.Graphs;
using Espalier.Tensors;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Nodes that no runtime executes are recorded, and refused on request with node and sizes.</summary>
public sealed class ShapeConflictTests
{
    private static readonly Dictionary<string, OperatorCase> Broken = new()
    {
        ["MatMul"] = new OperatorCase("MatMul", 13).Input(2, 3).Input(4, 5),
        ["Gemm"] = new OperatorCase("Gemm", 13).Input(2, 3).Input(5, 4).With("transB", 1L),
        ["Gemm bias"] = new OperatorCase("Gemm", 13).Input(2, 3).Input(3, 4).Input(5),
        ["Einsum"] = new OperatorCase("Einsum", 12).Input(2, 3).Input(4, 5).With("equation", "ij,jk->ik"),
        ["Add"] = new OperatorCase("Add", 13).Input(2, 3).Input(4),
        ["Where"] = new OperatorCase("Where", 16).Input(ElementType.Bool, 2).Input(3).Input(1),
        ["Concat"] = new OperatorCase("Concat", 13).Input(2, 3).Input(2, 4).With("axis", 0L),
        ["Concat rank"] = new OperatorCase("Concat", 13).Input(2, 3).Input(2, 4, 1).With("axis", 0L),
        ["Concat axis"] = new OperatorCase("Concat", 13).Input(2, 3).Input(2, 3).With("axis", 2L),
        ["Reshape"] = new OperatorCase("Reshape", 13).Input(2, 3).Ints(4, 2),
        ["Reshape open axis"] = new OperatorCase("Reshape", 13).Input(2, 3).Ints(-1, 4),
        ["Reshape copy"] = new OperatorCase("Reshape", 13).Input(6).Ints(2, 0),
        ["Expand"] = new OperatorCase("Expand", 13).Input(2, 3).Ints(2, 4),
        ["Conv channels"] = new OperatorCase("Conv", 13).Input(1, 4, 8, 8).Input(6, 3, 3, 3),
        ["Conv groups"] = new OperatorCase("Conv", 13).Input(1, 4, 8, 8).Input(5, 2, 3, 3).With("group", 2L),
        ["Conv bias"] = new OperatorCase("Conv", 13).Input(1, 4, 8, 8).Input(6, 4, 3, 3).Input(5),
        ["Conv rank"] = new OperatorCase("Conv", 13).Input(1, 4, 8, 8).Input(6, 4, 3),
        ["ConvTranspose"] = new OperatorCase("ConvTranspose", 13).Input(1, 4, 8, 8).Input(3, 6, 3, 3),
        ["BatchNormalization"] = new OperatorCase("BatchNormalization", 15).Input(1, 4, 8).Input(4).Input(4).Input(3).Input(4),
        ["InstanceNormalization"] = new OperatorCase("InstanceNormalization", 6).Input(1, 4, 8).Input(3).Input(3),
        ["LayerNormalization"] = new OperatorCase("LayerNormalization", 17).Input(1, 4, 8).Input(7).Input(7),
        ["Split"] = new OperatorCase("Split", 13).Input(7).Ints(3, 3).Returns(2),
        ["Squeeze"] = new OperatorCase("Squeeze", 13).Input(2, 3).Ints(1),
        ["Transpose"] = new OperatorCase("Transpose", 13).Input(2, 3).With("perm", 0, 2),
        ["Gather axis"] = new OperatorCase("Gather", 13).Input(2, 3).Input(ElementType.I64, 1).With("axis", 2L),
        ["TopK"] = new OperatorCase("TopK", 11).Input(2, 3).Ints(5).Returns(2),
        ["DepthToSpace"] = new OperatorCase("DepthToSpace", 13).Input(1, 6, 2, 2).With("blocksize", 2L),
        ["LSTM"] = new OperatorCase("LSTM", 14).Input(3, 2, 6).Input(1, 20, 5).Input(1, 20, 5).With("hidden_size", 5L),
        ["Attention"] = new OperatorCase("Attention", 23).Input(1, 2, 12).Input(1, 2, 12).Input(1, 2, 12).With("q_num_heads", 5L).With("kv_num_heads", 2L),
        ["MatMulInteger"] = new OperatorCase("MatMulInteger", 10).Input(ElementType.U8, 2, 3).Input(ElementType.U8, 4, 5),
    };

    public static TheoryData<string> Names => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_onnx_runtime_refuses_is_a_conflict_that_names_node_and_sizes(string name)
    {
        var graph = Broken[name].Build(symbolic: false);

        Assert.NotEmpty(graph.ShapeConflicts);
        Assert.All(graph.ShapeConflicts, conflict => Assert.Equal("node", conflict.Node.Name));
        var error = Assert.Throws<EspalierException>(graph.RequireConsistentShapes);
        Assert.Contains("'node'", error.Message, StringComparison.Ordinal);
        Assert.True(graph.ShapeConflicts[0].Sizes.All(size => error.Message.Contains(size.ToString(), StringComparison.Ordinal)), error.Message);
        Assert.Throws<OnnxRuntimeException>(() =>
        {
            using var runtime = new RuntimeShapes(graph);
            runtime.Run(new Dictionary<string, long>());
        });
    }

    [Fact]
    public void Sizes_over_the_same_symbols_conflict_too()
    {
        var b = new GraphBuilder("g", 17);
        var x = b.Graph.AddInput("x", ElementType.F32, "batch", 196, 384);
        b.Op("Reshape", [x, b.Op("Concat", [b.Op("Slice", [b.Op("Shape", [x]), b.Ints(0), b.Ints(1)]), b.Ints(196, 6, 60)], new() { { "axis", 0L } })]);
        Assert.Contains("cannot be laid out", Assert.Single(b.Graph.ShapeConflicts).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Resized_parameters_are_found_by_inferring_anew()
    {
        Graph Build(int inner)
        {
            var b = new GraphBuilder("g", 17);
            var h = b.Op("MatMul", [b.Graph.AddInput("x", ElementType.F32, "n", 8), b.Graph.AddParameter("up", ArrayTensorData.FromSingles(new TensorShape(8, 6), new float[48])).Value]);
            b.Graph.AddOutput(b.Op("MatMul", [h, b.Graph.AddParameter("down", ArrayTensorData.FromSingles(new TensorShape(inner, 8), new float[inner * 8])).Value]));
            return b.Graph;
        }

        Build(6).RequireConsistentShapes();
        var error = Assert.Throws<EspalierException>(Build(5).RequireConsistentShapes);
        Assert.Equal("MatMul '/MatMul_1' in graph 'g': inner sizes of the matrices do not agree: 6 and 5.", error.Message);
    }

    [Theory]
    [InlineData("Transpose", "perm", -1, 7, long.MaxValue)]
    [InlineData("Squeeze", "axes", long.MinValue, 4, 4)]
    [InlineData("Unsqueeze", "axes", long.MaxValue, 0, 0)]
    [InlineData("Pad", "pads", long.MaxValue, long.MinValue, -5)]
    [InlineData("Conv", "strides", 0, -1, long.MinValue)]
    [InlineData("Conv", "pads", long.MaxValue, long.MaxValue, 1)]
    [InlineData("Conv", "dilations", long.MaxValue, long.MaxValue, 1)]
    [InlineData("MaxPool", "kernel_shape", long.MaxValue, 0, -1)]
    [InlineData("ReduceSum", "axes", 99, -99, long.MinValue)]
    [InlineData("Split", "split", long.MinValue, long.MaxValue, 1)]
    [InlineData("ConvTranspose", "output_shape", long.MinValue, -1, 3)]
    [InlineData("ConvTranspose", "strides", long.MaxValue, long.MaxValue, 3)]
    public void Hostile_attributes_end_in_conflicts_or_unknown_sizes(string operation, string attribute, long a, long b, long c)
    {
        foreach (var values in new[] { [a], [a, b], [a, b, c], [a, b, c, a], new long[] { a, b, c, a, b, c } })
        {
            var graph = new Graph("g", 11);
            var x = graph.AddInput("x", ElementType.F32, 2, 3, long.MaxValue / 2);
            var w = graph.AddInput("w", ElementType.F32, 3, 3, long.MaxValue / 3);
            var node = graph.AddNode("node", operation, "", [x, w], ["y"], new NodeAttributes { { attribute, values } });
            Assert.True(node.Output.Shape?.All(size => size.Size is null or >= 0) ?? true);
        }
    }

    [Fact]
    public void Hostile_contents_end_in_conflicts_or_unknown_sizes()
    {
        foreach (var operation in new[] { "Reshape", "Expand", "Slice", "Tile", "ConstantOfShape", "Range", "Pad", "Split", "Unsqueeze", "Squeeze", "TopK", "OneHot", "Resize", "Gather", "CenterCropPad" })
        {
            foreach (var value in new[] { long.MinValue, -1, 0, 3, long.MaxValue })
            {
                var graph = new Graph("g", 18);
                var x = graph.AddInput("x", ElementType.F32, "n", 3, long.MaxValue / 2);
                var list = graph.AddParameter("list", ArrayTensorData.FromInt64(new TensorShape(3), value, 2, value)).Value;
                var node = graph.AddNode("node", operation, "", operation is "ConstantOfShape" or "Range" ? [list, list, list] : [x, list, list, list, list], ["y", "z"], NodeAttributes.None);
                Assert.All(node.Outputs, output => Assert.True(output!.Shape?.All(size => size.Size is null or >= 0) ?? true));
            }
        }
    }

    [Fact]
    public void A_malformed_node_is_a_conflict()
    {
        var graph = new Graph("g", 17);
        var x = graph.AddInput("x", ElementType.F32, 2, 3);
        graph.AddNode("node", "Concat", "", [x, x], ["y"], new NodeAttributes { { "axis", "last" } });
        Assert.Contains("attribute 'axis'", Assert.Single(graph.ShapeConflicts).ToString(), StringComparison.Ordinal);
    }
}
