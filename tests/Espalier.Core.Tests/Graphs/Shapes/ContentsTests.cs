using Espalier.Graphs;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Contents of small tensors that graphs compute from shapes.</summary>
public sealed class ContentsTests
{
    [Fact]
    public void A_head_split_is_followed_from_the_shape_to_the_reshape()
    {
        var b = new GraphBuilder("attention", 17);
        var x = b.Graph.AddInput("x", ElementType.F32, "batch", "sequence", 384);
        var shape = b.Op("Shape", [x]);
        var batch = b.Op("Gather", [shape, b.Int(0)]);
        var length = b.Op("Gather", [shape, b.Int(1)]);
        var width = b.Op("Gather", [shape, b.Int(2)]);
        var head = b.Op("Div", [width, b.Int(6)]);
        var target = b.Op("Concat", [Listed(b, batch), Listed(b, length), b.Ints(6), Listed(b, head)], new() { { "axis", 0L } });
        var heads = b.Op("Reshape", [x, target]);

        Assert.Equal("[batch, sequence, 6, 64]", $"[{string.Join(", ", heads.Shape!)}]");
        Assert.Equal("[batch, sequence, 6, 64]", target.Contents!.ToString());
        Assert.Equal(ContentsOrigin.Shapes | ContentsOrigin.Constants, target.Contents.Origin);
        Assert.Equal(ContentsOrigin.Shapes, batch.Contents!.Origin);
        Assert.Equal(ContentsOrigin.Constants, b.Ints(6).Contents!.Origin);
        var back = b.Op("Reshape", [b.Op("Transpose", [heads], new() { { "perm", [0L, 2, 1, 3] } }),
            b.Op("Concat", [Listed(b, b.Op("Mul", [batch, b.Int(6)])), b.Ints(-1, 64)], new() { { "axis", 0L } })]);
        Assert.Equal("[6*batch, sequence, 64]", $"[{string.Join(", ", back.Shape!)}]");
        Assert.Empty(b.Graph.ShapeConflicts);
    }

    [Fact]
    public void Sizes_pass_through_floats_on_the_way_to_a_resize()
    {
        var b = new GraphBuilder("upsample", 13);
        var x = b.Graph.AddInput("x", ElementType.F32, "n", 8, "h", 10);
        var shape = b.Op("Shape", [x]);
        var cast = b.Op("Cast", [b.Op("Slice", [shape, b.Ints(2), b.Ints(4), b.Ints(0)])], new() { { "to", 1L } });
        var sizes = b.Op("Cast", [b.Op("Floor", [b.Op("Mul", [cast, b.Constant("factor", ArrayTensorData.FromSingles(new TensorShape(2), [1.5f, 2f]))])])], new() { { "to", 7L } });
        var target = b.Op("Concat", [b.Op("Slice", [shape, b.Ints(0), b.Ints(2), b.Ints(0)]), sizes], new() { { "axis", 0L } });
        var y = b.Op("Resize", [x, b.Constant("none", ArrayTensorData.FromSingles(new TensorShape(0), [])), null, target], new() { { "mode", "nearest" } });

        Assert.Equal("[n, 8, floor(h/2) + h, 20]", $"[{string.Join(", ", y.Shape!)}]");
    }

    [Fact]
    public void A_condition_on_a_symbol_is_decided_where_it_is_certain()
    {
        // As exporters write torch's expand: -1 keeps the size.
        var b = new GraphBuilder("expand", 17);
        var x = b.Graph.AddInput("x", ElementType.F32, 1, "s", 4);
        var wanted = b.Op("Concat", [b.Ints(3), b.Op("Slice", [b.Op("Shape", [x]), b.Ints(1), b.Ints(2), b.Ints(0)]), b.Ints(-1)], new() { { "axis", 0L } });
        var ones = b.Op("ConstantOfShape", [b.Op("Shape", [wanted])], new() { { "value", ArrayTensorData.FromInt64(new TensorShape(1), 1) } });
        var target = b.Op("Where", [b.Op("Equal", [wanted, b.Op("Mul", [ones, b.Ints(-1)])]), ones, wanted]);
        var y = b.Op("Expand", [x, target]);

        Assert.Equal("[3, s, 1]", target.Contents!.ToString());
        Assert.Equal("[3, s, 4]", $"[{string.Join(", ", y.Shape!)}]");
    }

    [Fact]
    public void Contents_of_a_parameter_follow_its_replacement()
    {
        var graph = new Graph("g", 17);
        var parameter = graph.AddParameter("p", ArrayTensorData.FromInt64(new TensorShape(2), 3, 4));
        Assert.Equal(3, parameter.Value.Contents![0]);
        parameter.Replace(ArrayTensorData.FromInt64(new TensorShape(2), 5, 6));
        Assert.Equal([5, 6], parameter.Value.Contents!.Elements);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_chains_have_the_contents_that_onnx_runtime_computes(int seed)
    {
        var random = new Random(seed);
        int known = 0, total = 0;
        for (var round = 0; round < 25; round++)
        {
            var b = new GraphBuilder("chain", 17);
            var x = b.Graph.AddInput("x", ElementType.F32, "h", 3, "w", "n");
            var values = new List<Value> { b.Op("Shape", [x]), b.Op("Shape", [x]), b.Ints(2, -1, 5) };
            for (var step = 0; step < 10; step++) values.Add(Step(b, random, values));
            foreach (var value in values.Where(value => value.Producer is not null)) b.Graph.AddOutput(value);
            Assert.Empty(b.Graph.ShapeConflicts);
            using var runtime = new RuntimeShapes(b.Graph);
            foreach (var sizes in new[] { Sizes(4, 6, 5), Sizes(1, 9, 2) })
            {
                var actual = runtime.Run(sizes);
                for (var i = 0; i < actual.Count; i++)
                {
                    var contents = b.Graph.Outputs[i].Contents;
                    Assert.NotNull(contents);
                    Assert.Equal(actual[i].Values!.Length, contents.Count);
                    total += contents.Count;
                    for (var k = 0; k < contents.Count; k++)
                    {
                        if (contents[k].IsUnknown) continue;
                        known++;
                        Assert.Equal(actual[i].Values![k], contents[k].Evaluate(sizes));
                    }
                }
            }
        }
        Assert.True(known > 0.8 * total, $"{known} of {total} elements are known");
    }

    private static Value Step(GraphBuilder b, Random random, List<Value> values)
    {
        var x = values[random.Next(values.Count)];
        var y = values[random.Next(values.Count)];
        var count = (int)x.Shape![0].Size!.Value;
        var single = b.Op("Gather", [x, b.Ints(random.Next(-count, count))]);
        switch (random.Next(12))
        {
            case 0: return single;
            case 1: return b.Op(random.Next(2) == 0 ? "Add" : "Sub", [x, single]);
            case 2: return b.Op("Mul", [single, b.Ints(random.Next(-2, 4), 2)]);
            case 3: return b.Op("Div", [x, b.Ints(random.Next(1, 4))]);
            case 4: return b.Op(random.Next(2) == 0 ? "Max" : "Min", [x, single]);
            case 5: return b.Op("Concat", [x, y], new() { { "axis", 0L } });
            case 6: return b.Op("Slice", [x, b.Ints(count - 1), b.Ints(-9), b.Ints(0), b.Ints(-1)]);
            case 7: return b.Op("Unsqueeze", [b.Op("Squeeze", [single, b.Ints(0)]), b.Ints(0)]);
            case 8: return b.Op("Where", [b.Op(random.Next(2) == 0 ? "Equal" : "Less", [x, b.Ints(random.Next(-1, 4))]), single, x]);
            case 9: return b.Op("Reshape", [b.Op("ReduceProd", [x], new() { { "keepdims", 0L } }), b.Ints(1)]);
            case 10: return b.Op("Cast", [b.Op("Ceil", [b.Op("Div", [b.Op("Cast", [single], new() { { "to", 1L } }), b.Float(2)])])], new() { { "to", 7L } });
            default: return b.Op("Tile", [b.Op("Neg", [single]), b.Ints(2)]);
        }
    }

    private static Value Listed(GraphBuilder b, Value scalar) => b.Op("Unsqueeze", [scalar, b.Ints(0)]);

    private static Dictionary<string, long> Sizes(long h, long w, long n) => new() { ["h"] = h, ["w"] = w, ["n"] = n };
}
