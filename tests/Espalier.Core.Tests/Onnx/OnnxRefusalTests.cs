using Espalier.Coupling;
using Espalier.Formats.Onnx;
using Espalier.Formats.Onnx.Schema;
using Espalier.Graphs;
using Espalier.Tensors;
using Google.Protobuf;
using Xunit;

namespace Espalier.Core.Tests.Onnx;

/// <summary>Files that cannot be read are refused with what, where and why.</summary>
public sealed class OnnxRefusalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-refusal-");

    [Fact]
    public void Cycles_name_a_node() => Refused(Model(Node("a", "Relu", "y", "x1"), Node("b", "Relu", "x1", "y")), "cycle", "node 'a'");

    [Fact]
    public void Dangling_names_are_named() => Refused(Model(Node("a", "Relu", "nowhere", "y")), "'nowhere'", "node 'a'");

    [Fact]
    public void Two_nodes_may_not_compute_one_value() => Refused(Model(Node("a", "Relu", "x", "y"), Node("b", "Relu", "x", "y")), "two nodes", "'y'");

    [Fact]
    public void Missing_outputs_are_named() => Refused(Model(Node("a", "Relu", "x", "z")), "'y'", "not computed");

    [Fact]
    public void Huge_dimensions_are_refused_before_memory_is_asked_for()
    {
        var model = Model(Node("a", "Relu", "x", "y"));
        var tensor = new TensorProto { Name = "w", DataType = 1, RawData = ByteString.CopyFrom(new byte[4]) };
        tensor.Dims.AddRange([1L << 40, 1L << 20]);
        model.Graph.Initializer.Add(tensor);
        Refused(model, "initializer 'w'");
    }

    [Fact]
    public void Data_must_fit_their_shape()
    {
        var model = Model(Node("a", "Relu", "x", "y"));
        var tensor = new TensorProto { Name = "w", DataType = 1, RawData = ByteString.CopyFrom(new byte[12]) };
        tensor.Dims.Add(4);
        model.Graph.Initializer.Add(tensor);
        Refused(model, "16 bytes", "12", "'w'");
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("a/../../secret.bin")]
    public void External_data_stay_in_the_folder(string location) => Refused(External(location), "outside the model's folder", location);

    [Fact]
    public void Missing_external_data_are_named() => Refused(External("weights.bin"), "weights.bin", "missing");

    [Fact]
    public void Later_operator_sets_are_refused()
    {
        var model = Model(Node("a", "Relu", "x", "y"));
        model.OpsetImport[0].Version = 99;
        Refused(model, "operator set 99");
    }

    [Fact]
    public void Truncated_files_are_refused()
    {
        var bytes = Model(Node("a", "Relu", "x", "y")).ToByteArray();
        var path = Path.Combine(_folder.FullName, "cut.onnx");
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Assert.Contains("damaged", Assert.Throws<InvalidFileException>(() => OnnxModel.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_that_contradict_each_other_are_named_with_their_node()
    {
        var graph = new Graph("net", 20);
        var x = graph.AddInput("x", ElementType.F32, 2, 3);
        var w = graph.AddParameter("w", ArrayTensorData.FromSingles(new TensorShape(4, 5), new float[20]));
        graph.AddOutput(graph.AddNode("product", "MatMul", "", [x, w.Value], ["y"], NodeAttributes.None).Output);
        var error = Assert.Throws<EspalierException>(graph.RequireConsistentShapes);
        Assert.Contains("product", error.Message, StringComparison.Ordinal);
        Assert.Contains("3", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The structure of a large model is known at once.</summary>
    [Fact]
    public void Ten_thousand_nodes_are_analysed_in_a_second()
    {
        var graph = new Graph("deep", 20);
        var x = graph.AddInput("x", ElementType.F32, "batch", 16);
        for (var i = 0; i < 2500; i++)
        {
            var w = graph.AddParameter($"w{i}", ArrayTensorData.FromSingles(new TensorShape(16, 16), new float[256]));
            var product = graph.AddNode($"product{i}", "MatMul", "", [x, w.Value], [$"p{i}"], NodeAttributes.None).Output;
            var active = graph.AddNode($"relu{i}", "Relu", "", [product], [$"r{i}"], NodeAttributes.None).Output;
            var scaled = graph.AddNode($"sigmoid{i}", "Sigmoid", "", [active], [$"s{i}"], NodeAttributes.None).Output;
            x = graph.AddNode($"gate{i}", "Mul", "", [active, scaled], [$"g{i}"], NodeAttributes.None).Output;
        }
        graph.AddOutput(x);
        CouplingMap.Of(graph); // compiles
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(2499, CouplingMap.Of(graph).Groups.Count);
        // Twice the promise, because tests share the machine; the promise itself is measured by inspecting a model.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"it took {watch.Elapsed}");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static NodeProto Node(string name, string op, string input, string output)
    {
        var node = new NodeProto { Name = name, OpType = op };
        node.Input.Add(input);
        node.Output.Add(output);
        return node;
    }

    private static ModelProto Model(params NodeProto[] nodes)
    {
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "net" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = new TensorShapeProto() } };
        type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = 4 });
        model.Graph.Input.Add(new ValueInfoProto { Name = "x", Type = type });
        model.Graph.Output.Add(new ValueInfoProto { Name = "y", Type = type.Clone() });
        model.Graph.Node.AddRange(nodes);
        return model;
    }

    private static ModelProto External(string location)
    {
        var model = Model(Node("a", "Relu", "x", "y"));
        var tensor = new TensorProto { Name = "w", DataType = 1, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.Dims.Add(4);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        model.Graph.Initializer.Add(tensor);
        return model;
    }

    private void Refused(ModelProto model, params string[] parts)
    {
        var path = Path.Combine(_folder.FullName, "model.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        var error = Assert.ThrowsAny<EspalierException>(() => OnnxModel.Open(path).Dispose());
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.Contains("model.onnx", error.Message, StringComparison.Ordinal);
    }
}
