using System.Diagnostics;
using Espalier.Core.Tests.HuggingFace;
using Espalier.Formats.HuggingFace;
using Espalier.Graphs;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Inference over whole graphs.</summary>
public sealed class WholeGraphShapeTests
{
    [Theory]
    [InlineData(GraphForm.Sequence)]
    [InlineData(GraphForm.Cached)]
    public void Every_value_of_a_llama_has_type_and_shape(GraphForm form)
    {
        var graph = LlamaFixture.Tiny().Build(form);

        Assert.Empty(graph.ShapeConflicts);
        Assert.All(graph.Values.Values, value =>
        {
            Assert.NotNull(value.ElementType);
            Assert.NotNull(value.Shape);
            Assert.DoesNotContain(value.Shape, dim => dim.IsUnknown);
        });
        Assert.Equal("logits: F32[batch, sequence, 11]", graph.Values["logits"].ToString());
        graph.RequireConsistentShapes();
    }

    [Fact]
    public void Costs_follow_expressions_over_symbols()
    {
        var b = new GraphBuilder("g", 17);
        var x = b.Graph.AddInput("x", ElementType.F32, 1, 3, "h", "w");
        var w = b.Graph.AddParameter("w", ArrayTensorData.FromSingles(new TensorShape(8, 3, 3, 3), new float[8 * 27])).Value;
        b.Graph.AddOutput(b.Op("Conv", [x, w], new() { { "strides", [2L, 2] }, { "pads", [1L, 1, 1, 1] } }));

        Assert.Equal(8 * 27 * 5 * 7, CostModel.Measure(b.Graph, new Dictionary<string, long> { ["h"] = 9, ["w"] = 14 }).Macs);
    }

    [Fact]
    public void Ten_thousand_nodes_take_less_than_a_second()
    {
        Graph Build(int rounds)
        {
            var b = new GraphBuilder("g", 17);
            var x = b.Graph.AddInput("x", ElementType.F32, "batch", 64, "h", "w");
            var w = b.Graph.AddParameter("w", ArrayTensorData.FromSingles(new TensorShape(64, 64, 3, 3), new float[64 * 64 * 9])).Value;
            for (var i = 0; i < rounds; i++)
            {
                var y = b.Op("Relu", [b.Op("Conv", [x, w], new() { { "pads", [1L, 1, 1, 1] } })]);
                var shape = b.Op("Shape", [y]);
                var target = b.Op("Concat", [b.Op("Slice", [shape, b.Ints(0), b.Ints(2)]), b.Ints(-1)], new() { { "axis", 0L } });
                x = b.Op("Reshape", [b.Op("Reshape", [b.Op("Add", [x, y]), target]), shape]);
                b.Op("Mul", [b.Op("Gather", [shape, b.Int(2)]), b.Int(2)]);
            }
            Assert.Equal("[batch, 64, h, w]", $"[{string.Join(", ", x.Shape!)}]");
            return b.Graph;
        }

        Build(10);
        var watch = Stopwatch.StartNew();
        var graph = Build(1000);
        watch.Stop();
        Assert.Equal(10_000, graph.Nodes.Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"took {watch.Elapsed}");
    }
}
