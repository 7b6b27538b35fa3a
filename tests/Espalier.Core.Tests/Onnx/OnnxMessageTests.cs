using Espalier.Core.Tests.Formats;
using Espalier.Core.Tests.HuggingFace;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Onnx;
using Espalier.Formats.Onnx.Schema;
using Espalier.Graphs;
using Espalier.Tensors;
using Xunit;
using static Espalier.Formats.Onnx.Schema.AttributeProto.Types;

namespace Espalier.Core.Tests.Onnx;

/// <summary>What stands in the written message.</summary>
public sealed class OnnxMessageTests
{
    [Fact]
    public void Attributes_of_every_kind_are_written()
    {
        var inner = new Graph("body", 24);
        var seed = inner.AddParameter("seed", ArrayTensorData.FromSingles(new(2), [3, 4]));
        inner.AddOutput(inner.AddNode("same", "Identity", "", [seed.Value], ["result"], NodeAttributes.None).Output);
        var graph = new Graph("net", 24);
        var x = graph.AddInput("x", ElementType.F32, 2);
        graph.AddNode("own", "Mixer", "a.b", [x, null, x, null], ["first", null, "third", null], new()
        {
            { "int", 0L }, { "float", 0.5f }, { "string", "größer" }, { "ints", [1L, -2L] }, { "floats", [1f, -2f] },
            { "strings", new[] { "p", "" } }, { "tensor", ArrayTensorData.FromInt64(new(2), 5, 6) }, { "graph", inner },
        }, "com.example");

        var model = Write(graph, new() { DomainVersions = new Dictionary<string, int> { ["com.example"] = 7 } });

        var node = Assert.Single(model.Graph.Node);
        Assert.Equal(["x", "", "x"], node.Input);
        Assert.Equal(["first", "", "third"], node.Output);
        Assert.Equal(("own", "Mixer", "com.example"), (node.Name, node.OpType, node.Domain));
        Assert.Equal(7, model.OpsetImport.Single(set => set.Domain == "com.example").Version);
        var byName = node.Attribute.ToDictionary(attribute => attribute.Name);
        Assert.True(byName["int"] is { Type: AttributeType.Int, HasI: true, I: 0 });
        Assert.True(byName["float"] is { Type: AttributeType.Float, F: 0.5f });
        Assert.Equal((AttributeType.String, "größer"), (byName["string"].Type, byName["string"].S.ToStringUtf8()));
        Assert.Equal(AttributeType.Ints, byName["ints"].Type);
        Assert.Equal([1L, -2L], byName["ints"].Ints);
        Assert.Equal(AttributeType.Floats, byName["floats"].Type);
        Assert.Equal([1f, -2f], byName["floats"].Floats);
        Assert.Equal(AttributeType.Strings, byName["strings"].Type);
        Assert.Equal(["p", ""], byName["strings"].Strings.Select(text => text.ToStringUtf8()));
        Assert.Equal(AttributeType.Tensor, byName["tensor"].Type);
        Assert.Equal((7, 16), (byName["tensor"].T.DataType, byName["tensor"].T.RawData.Length));
        Assert.Equal(AttributeType.Graph, byName["graph"].Type);
        Assert.Equal("result", Assert.Single(byName["graph"].G.Output).Name);
        Assert.Equal(8, Assert.Single(byName["graph"].G.Initializer).RawData.Length);
    }

    [Fact]
    public void Names_scopes_symbols_and_metadata_are_kept()
    {
        var graph = LlamaFixture.Tiny().Build(GraphForm.Cached);
        var metadata = new Dictionary<string, string> { ["license"] = "MIT" };
        var model = Write(graph, new() { ProducerName = "p", ProducerVersion = "1.2", Metadata = metadata });

        Assert.Equal((12, "p", "1.2"), (model.IrVersion, model.ProducerName, model.ProducerVersion));
        Assert.Equal(24, Assert.Single(model.OpsetImport).Version);
        Assert.Equal(("license", "MIT"), (model.MetadataProps[0].Key, model.MetadataProps[0].Value));
        Assert.Equal(graph.Parameters.Keys, model.Graph.Initializer.Select(tensor => tensor.Name));
        Assert.Equal(graph.Nodes.Select(node => node.Scope), model.Graph.Node.Select(Scope));
        var past = model.Graph.Input.Single(input => input.Name == "past_key_values.1.value").Type.TensorType.Shape.Dim;
        Assert.Equal(["batch", "past_sequence"], past.Where(dim => dim.HasDimParam).Select(dim => dim.DimParam));
        Assert.Equal([2L, 2L], past.Where(dim => dim.HasDimValue).Select(dim => dim.DimValue));
        var inner = model.Graph.ValueInfo.Single(value => value.Name == "model.layers.0.mlp.up_proj/MatMul:out").Type.TensorType;
        Assert.Equal((1, 12), (inner.ElemType, inner.Shape.Dim[2].DimValue));
        Assert.Empty(model.Graph.ValueInfo.Select(value => value.Name).Intersect(model.Graph.Output.Select(value => value.Name)));
    }

    [Fact]
    public void Old_operator_sets_get_old_file_versions_without_node_metadata()
    {
        var graph = new Graph("old", 13);
        graph.AddNode("same", "Identity", "a.b", [graph.AddInput("x", ElementType.F32, 2)], ["y"], NodeAttributes.None);
        var model = Write(graph, new());
        Assert.Equal(7, model.IrVersion);
        Assert.Empty(model.Graph.Node[0].MetadataProps);
    }

    [Fact]
    public void Weights_of_half_precision_checkpoints_make_a_float32_file()
    {
        var fixture = LlamaFixture.Tiny();
        foreach (var (name, data) in fixture.Tensors.ToArray()) fixture.Tensors[name] = new ZeroTensor(data.Shape, ElementType.BF16);
        var model = Write(fixture.Build(), new());
        Assert.Equal([1, 7], model.Graph.Initializer.Select(tensor => tensor.DataType).Distinct().Order());
        Assert.DoesNotContain(model.Graph.ValueInfo, value => value.Type.TensorType.ElemType == 16);
    }

    [Fact]
    public void Without_a_weight_type_everything_keeps_its_own()
    {
        var graph = new Graph("half", 24);
        var x = graph.AddInput("x", ElementType.F16, 2);
        var bias = graph.AddParameter("bias", new ZeroTensor(new(2), ElementType.F16));
        graph.AddOutput(graph.AddNode("sum", "Add", "", [x, bias.Value], ["y"], NodeAttributes.None).Output);
        var model = Write(graph, new() { WeightType = null });
        Assert.Equal(10, model.Graph.Input[0].Type.TensorType.ElemType);
        Assert.Equal(10, model.Graph.Output[0].Type.TensorType.ElemType);
        Assert.Equal(10, model.Graph.Initializer[0].DataType);
        Assert.Single(model.Graph.Node);
    }

    private static string Scope(NodeProto node) => node.MetadataProps.SingleOrDefault(entry => entry.Key == "espalier.scope")?.Value ?? "";

    private static ModelProto Write(Graph graph, OnnxWriteOptions options)
    {
        using var folder = new TempFolder();
        var files = OnnxWriter.Write(graph, folder.File("model.onnx"), options);
        var bytes = File.ReadAllBytes(files.ModelPath);
        Assert.Equal(bytes.Length, files.ModelBytes);
        var model = ModelProto.Parser.ParseFrom(bytes);
        Assert.Equal(bytes.Length, model.CalculateSize());
        return model;
    }
}
