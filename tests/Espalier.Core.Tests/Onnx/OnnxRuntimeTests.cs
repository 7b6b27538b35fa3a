using Espalier.Formats.HuggingFace;
using Espalier.Graphs;
using Espalier.Tensors;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Espalier.Core.Tests.Onnx;

/// <summary>Written files in ONNX Runtime: external data, weight types, element types, versions.</summary>
public sealed class OnnxRuntimeTests
{
    private const string Folder = "llama-gqa-tied";

    [Fact]
    public void External_data_give_the_same_outputs_as_inline_data()
    {
        using var oracle = new OracleModel(Folder);
        using var inline = new RuntimeModel(oracle.Build("config.json", GraphForm.Sequence));
        using var external = new RuntimeModel(oracle.Build("config.json", GraphForm.Sequence), new() { ExternalDataThreshold = 0 });

        Assert.Null(inline.Files.DataPath);
        Assert.Equal(external.Files.ModelPath + ".data", external.Files.DataPath);
        Assert.Equal(external.Files.DataBytes, new FileInfo(external.Files.DataPath!).Length);
        Assert.True(external.Files.ModelBytes < inline.Files.ModelBytes / 2);
        Assert.Equal(Logits(inline, oracle), Logits(external, oracle));
    }

    [Fact]
    public void External_tensors_start_at_page_boundaries_and_small_ones_stay()
    {
        using var oracle = new OracleModel(Folder);
        using var model = new RuntimeModel(oracle.Build("config.json", GraphForm.Sequence), new() { ExternalDataThreshold = 0 });
        var message = Espalier.Formats.Onnx.Schema.ModelProto.Parser.ParseFrom(File.ReadAllBytes(model.Files.ModelPath));
        foreach (var tensor in message.Graph.Initializer)
        {
            var external = tensor.ExternalData.ToDictionary(entry => entry.Key, entry => entry.Value);
            Assert.Equal(tensor.Dims.Aggregate(4L, (product, size) => product * size) >= 1024, external.Count > 0);
            if (external.Count == 0) continue;
            Assert.Equal("model.onnx.data", external["location"]);
            Assert.Equal(0, long.Parse(external["offset"], System.Globalization.CultureInfo.InvariantCulture) % 4096);
        }
    }

    [Fact]
    public void Bfloat16_weights_of_a_bfloat16_checkpoint_lose_nothing()
    {
        using var oracle = new OracleModel("llama-sharded-bf16");
        var graph = oracle.Build("config.json", GraphForm.Sequence);
        using var whole = new RuntimeModel(graph);
        using var half = new RuntimeModel(graph, new() { WeightType = ElementType.BF16 });
        Assert.Equal(Logits(whole, oracle), Logits(half, oracle));
        var weights = graph.Parameters.Values.Where(parameter => !parameter.IsConstant).Sum(parameter => parameter.Shape.ElementCount);
        Assert.InRange(whole.Files.ModelBytes - half.Files.ModelBytes, (2 * weights) - 8000, 2 * weights);
    }

    [Fact]
    public void Float16_weights_compute_what_rounded_weights_compute()
    {
        using var oracle = new OracleModel(Folder);
        using var half = new RuntimeModel(oracle.Build("config.json", GraphForm.Sequence), new() { WeightType = ElementType.F16 });
        var rounded = oracle.Build("config.json", GraphForm.Sequence);
        foreach (var parameter in rounded.Parameters.Values.Where(parameter => !parameter.IsConstant))
        {
            float[] values = [.. parameter.Data.ToSingles().Select(value => (float)(Half)value)];
            parameter.Replace(ArrayTensorData.FromSingles(parameter.Shape, values));
        }
        using var whole = new RuntimeModel(rounded);
        Assert.Equal(Logits(whole, oracle), Logits(half, oracle));
    }

    [Theory]
    [InlineData(ElementType.F32, new[] { -1.5, 3.25 })]
    [InlineData(ElementType.F16, new[] { -1.5, 3.25 })]
    [InlineData(ElementType.BF16, new[] { -1.5, 3.25 })]
    [InlineData(ElementType.F64, new[] { -1.5, 3.25 })]
    [InlineData(ElementType.F8E4M3, new[] { -1.5, 3.25 })]
    [InlineData(ElementType.F8E5M2, new[] { -1.5, 3.0 })]
    [InlineData(ElementType.I64, new[] { -7.0, 3 })]
    [InlineData(ElementType.I32, new[] { -7.0, 3 })]
    [InlineData(ElementType.I16, new[] { -7.0, 3 })]
    [InlineData(ElementType.I8, new[] { -7.0, 3 })]
    [InlineData(ElementType.U64, new[] { 7.0, 3 })]
    [InlineData(ElementType.U32, new[] { 7.0, 3 })]
    [InlineData(ElementType.U16, new[] { 7.0, 3 })]
    [InlineData(ElementType.U8, new[] { 7.0, 3 })]
    [InlineData(ElementType.Bool, new[] { 1.0, 0 })]
    public void The_runtime_reads_constants_of_every_type(ElementType type, double[] values)
    {
        var graph = new Graph("constants", 24);
        var zero = graph.AddInput("zero", ElementType.F32, 2);
        var constant = graph.AddParameter("constant", Encode(type, values), isConstant: true);
        var cast = graph.AddNode("cast", "Cast", "", [constant.Value], ["wide"], new() { { "to", 1L } });
        graph.AddOutput(graph.AddNode("sum", "Add", "", [zero, cast.Output], ["y"], NodeAttributes.None).Output);
        using var model = new RuntimeModel(graph);
        var y = model.Run(new Dictionary<string, RuntimeTensor> { ["zero"] = new(new float[2], 2) }, "y")[0];
        Assert.Equal(values.Select(value => (float)value), y.Singles);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(26)]
    public void The_runtime_accepts_the_file_version_of_each_operator_set(int opset)
    {
        var graph = new Graph("sum", opset);
        var x = graph.AddInput("x", ElementType.F32, "n");
        var one = graph.AddParameter("one", ArrayTensorData.FromSingles(new(1), [1]));
        graph.AddOutput(graph.AddNode("sum", "Add", "", [x, one.Value], ["y"], NodeAttributes.None).Output);
        using var model = new RuntimeModel(graph);
        Assert.Equal([2f, 3f], model.Run(new Dictionary<string, RuntimeTensor> { ["x"] = new(new[] { 1f, 2f }, 2) }, "y")[0].Singles);
    }

    [Fact]
    public void The_runtime_checks_the_shapes_that_the_file_states()
    {
        var graph = new Graph("sum", 24);
        var x = graph.AddInput("x", ElementType.F32, 2, 3);
        var y = graph.AddNode("sum", "Add", "", [x, x], ["y"], NodeAttributes.None).Output;
        graph.AddOutput(graph.AddNode("same", "Identity", "", [y], ["z"], NodeAttributes.None).Output);
        y.Shape = [2, 4];
        Assert.ThrowsAny<OnnxRuntimeException>(() => new RuntimeModel(graph).Dispose());
    }

    [Fact]
    public void The_runtime_sees_inputs_outputs_and_metadata()
    {
        using var oracle = new OracleModel(Folder);
        var metadata = new Dictionary<string, string> { ["method"] = "wanda" };
        using var model = new RuntimeModel(oracle.Build("config.json", GraphForm.Cached), new() { Metadata = metadata });
        Assert.Equal("Espalier", model.Metadata.ProducerName);
        Assert.Equal("llama", model.Metadata.GraphName);
        Assert.Equal("wanda", model.Metadata.CustomMetadataMap["method"]);
        Assert.Equal(["batch", "sequence"], model.Inputs["input_ids"].SymbolicDimensions);
        Assert.Equal([-1, 2, -1, 8], model.Outputs["present.1.key"].Dimensions);
        Assert.Equal(["batch", "", "total_sequence", ""], model.Outputs["present.1.key"].SymbolicDimensions);
    }

    private static float[] Logits(RuntimeModel model, OracleModel oracle)
    {
        var ids = new RuntimeTensor(oracle.Integers("input_ids"), oracle.Shape("input_ids").ToArray());
        return model.Run(new Dictionary<string, RuntimeTensor> { ["input_ids"] = ids }, "logits")[0].Singles;
    }

    private static ArrayTensorData Encode(ElementType type, double[] values)
    {
        var shape = new TensorShape(values.Length);
        return type switch
        {
            ElementType.F8E4M3 => ArrayTensorData.FromBytes(type, shape, new byte[] { 0xBC, 0x45 }), // -1.5 = -1.1b, 3.25 = 1.101b x 2
            ElementType.F8E5M2 => ArrayTensorData.FromBytes(type, shape, new byte[] { 0xBE, 0x42 }), // -1.5, 3 = 1.1b x 2
            ElementType.F64 => ArrayTensorData.Create<double>(type, shape, values),
            ElementType.F32 or ElementType.F16 or ElementType.BF16 => Narrow(type, shape, values),
            _ => Integers(type, shape, values),
        };
    }

    private static ArrayTensorData Narrow(ElementType type, TensorShape shape, double[] values)
    {
        var raw = new byte[values.Length * type.Size()];
        ElementConversion.FromSingle(type, [.. values.Select(value => (float)value)], raw);
        return ArrayTensorData.FromBytes(type, shape, raw);
    }

    private static ArrayTensorData Integers(ElementType type, TensorShape shape, double[] values) =>
        ArrayTensorData.FromBytes(type, shape, values.SelectMany(value => BitConverter.GetBytes((long)value).Take(type.Size())).ToArray());
}
