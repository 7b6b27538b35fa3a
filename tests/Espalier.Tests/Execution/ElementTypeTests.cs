using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Tests.Conformance;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Execution;

/// <summary>Parameters of any type enter computations.</summary>
public sealed class ElementTypeTests
{
    public ElementTypeTests() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData(ElementType.F32, ScalarType.Float32)]
    [InlineData(ElementType.F16, ScalarType.Float32)]
    [InlineData(ElementType.BF16, ScalarType.Float32)]
    [InlineData(ElementType.F64, ScalarType.Float64)]
    [InlineData(ElementType.I64, ScalarType.Int64)]
    [InlineData(ElementType.I32, ScalarType.Int32)]
    [InlineData(ElementType.I16, ScalarType.Int16)]
    [InlineData(ElementType.I8, ScalarType.Int8)]
    [InlineData(ElementType.U8, ScalarType.Byte)]
    [InlineData(ElementType.U16, ScalarType.Int32)]
    [InlineData(ElementType.U32, ScalarType.Int64)]
    [InlineData(ElementType.U64, ScalarType.Int64)]
    [InlineData(ElementType.Bool, ScalarType.Bool)]
    public void Parameters_keep_their_values(ElementType type, ScalarType expected)
    {
        using var scope = NewDisposeScope();
        var tensor = TensorInterop.ToTensor(Draw.Encode(type, [3], [0, 1, type == ElementType.Bool ? 1 : 100]), CPU);
        Assert.Equal(expected, tensor.dtype);
        Assert.Equal([0.0, 1, type == ElementType.Bool ? 1 : 100], TensorComparison.Doubles(tensor));
    }

    [Theory]
    [InlineData(ElementType.F32)]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.F64)]
    public void Rows_of_a_weight_are_looked_up_from_the_end_too(ElementType type)
    {
        using var scope = NewDisposeScope();
        var graph = new Graph("lookup", 13);
        var ids = graph.AddInput("ids", ElementType.I64, 2);
        var table = graph.AddParameter("table", Draw.Encode(type, [3, 2], [1, 2, 3, 4, 5, 6])).Value;
        graph.AddOutput(graph.AddNode("rows", "Gather", "", [table, ids], ["rows"], NodeAttributes.None).Output);

        var rows = ConformanceCheck.Execute(graph, new Dictionary<string, TensorData> { ["ids"] = ArrayTensorData.FromInt64(new TensorShape(2), -1, 0) })[0];

        Assert.Equal([5.0, 6, 1, 2], TensorComparison.Doubles(rows));
        Assert.Equal(TensorInterop.ComputationType(type), rows.dtype);
    }
}
