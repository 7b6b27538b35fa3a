using Espalier.Graphs;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Constants that a cut has to change because they say how large a value is.</summary>
public sealed class ShapeOperandTests
{
    [Fact]
    public void Constants_behind_a_reshape_are_found_and_indices_are_not()
    {
        var b = new GraphBuilder("g", 17);
        var x = b.Graph.AddInput("x", ElementType.F32, "n", "s", 12);
        var batch = b.Op("Gather", [b.Op("Shape", [x]), b.Ints(0)]);
        var doubled = b.Op("Mul", [batch, b.Ints(3)]);
        var target = b.Op("Concat", [doubled, b.Op("Unsqueeze", [b.Int(4), b.Ints(0)]), b.Ints(-1)], new() { { "axis", 0L } });
        var y = b.Op("Reshape", [x, target]);

        Assert.True(ShapeOperands.Contains(y.Producer!, 1));
        Assert.False(ShapeOperands.Contains(y.Producer!, 0));
        Assert.Equal([b.Ints(-1), b.Ints(3), b.Int(4)], ShapeOperands.ConstantsOf(target).OrderBy(value => value.Name, StringComparer.Ordinal));
        Assert.Empty(ShapeOperands.ConstantsOf(batch));
        Assert.Equal("[3*n, 4, s]", $"[{string.Join(", ", y.Shape!)}]");
    }

    [Fact]
    public void Constant_nodes_and_filled_lists_count()
    {
        var graph = new Graph("g", 17);
        var constant = graph.AddNode("c", "Constant", "", [], ["k"], new() { { "value_ints", [2L, 3] } }).Output;
        var zeros = graph.AddNode("z", "ConstantOfShape", "", [constant], ["zeros"], NodeAttributes.None).Output;

        Assert.True(ShapeOperands.Contains(zeros.Producer!, 0));
        Assert.Equal([constant], ShapeOperands.ConstantsOf(constant));
        Assert.Equal("zeros: F32[2, 3]", zeros.ToString());
    }
}
