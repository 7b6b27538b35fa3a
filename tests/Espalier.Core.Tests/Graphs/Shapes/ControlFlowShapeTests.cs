using Espalier.Graphs;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Bodies of If, Loop and Scan.</summary>
public sealed class ControlFlowShapeTests
{
    [Fact]
    public void Branches_of_an_if_keep_what_they_agree_on()
    {
        var graph = new Graph("g", 17);
        var x = graph.AddInput("x", ElementType.F32, "n", 4);
        var flag = graph.AddInput("flag", ElementType.Bool);
        Graph Branch(string name, long width)
        {
            var body = new Graph(name, graph);
            var w = body.AddParameter(name + "_w", ArrayTensorData.FromSingles(new TensorShape(4, width), new float[4 * width]));
            body.AddOutput(body.AddNode(name, "MatMul", "", [x, w.Value], [name + "_y"], NodeAttributes.None).Output);
            return body;
        }

        var node = graph.AddNode("if", "If", "", [flag], ["y"], new() { { "then_branch", Branch("a", 6) }, { "else_branch", Branch("b", 5) } });
        graph.AddOutput(node.Output);
        Assert.Equal("y: F32[n, ?]", node.Output.ToString());
        Assert.Equal([3, 6], Run(graph, ("n", 3))[0].Shape);
        graph.RequireConsistentShapes();
        Assert.Equal("y: F32[n, ?]", node.Output.ToString());
    }

    [Theory]
    [InlineData(false, "[n, 4]", "[3, n, 4]")]
    [InlineData(true, "[n, ?]", "[3, 1, 1]")]
    public void A_loop_keeps_what_its_body_does_not_change(bool grows, string state, string scan)
    {
        var graph = new Graph("g", 17);
        var x = graph.AddInput("x", ElementType.F32, "n", 4);
        var trips = graph.AddParameter("trips", ArrayTensorData.FromInt64(new TensorShape(), 3)).Value;
        var body = new Graph("body", graph);
        body.AddInput("i", ElementType.I64);
        var condition = body.AddInput("condition", ElementType.Bool);
        var carried = body.AddInput("carried", ElementType.F32, Dim.Unknown, Dim.Unknown);
        body.AddOutput(body.AddNode("id", "Identity", "", [condition], ["condition_out"], NodeAttributes.None).Output);
        var next = grows
            ? body.AddNode("grow", "Concat", "", [carried, x], ["next"], new() { { "axis", 1L } }).Output
            : body.AddNode("add", "Add", "", [carried, x], ["next"], NodeAttributes.None).Output;
        body.AddOutput(next);
        // Slices of a growing state cannot be stacked, so the scan output is their sum then.
        body.AddOutput(body.AddNode("slice", grows ? "ReduceSum" : "Identity", "", [next], ["slice"], NodeAttributes.None).Output);
        var node = graph.AddNode("loop", "Loop", "", [trips, null, x], ["last", "all"], new() { { "body", body } });
        foreach (var output in node.Outputs) graph.AddOutput(output!);

        Assert.Equal(state, $"[{string.Join(", ", node.Outputs[0]!.Shape!)}]");
        Assert.Equal(scan, $"[{string.Join(", ", node.Outputs[1]!.Shape!)}]");
        var actual = Run(graph, ("n", 2));
        Assert.Equal([2, grows ? 16 : 4], actual[0].Shape);
        Assert.Equal(grows ? [3, 1, 1] : [3, 2, 4], actual[1].Shape);
        graph.RequireConsistentShapes();
    }

    [Fact]
    public void A_scan_has_one_slice_for_each_step()
    {
        var graph = new Graph("g", 17);
        var initial = graph.AddInput("initial", ElementType.F32, 2, 5);
        var x = graph.AddInput("x", ElementType.F32, 2, "steps", 5);
        var body = new Graph("body", graph);
        var state = body.AddInput("state", ElementType.F32, Dim.Unknown, Dim.Unknown);
        var slice = body.AddInput("slice", ElementType.F32, Dim.Unknown, Dim.Unknown);
        var sum = body.AddNode("add", "Add", "", [state, slice], ["sum"], NodeAttributes.None).Output;
        body.AddOutput(sum);
        body.AddOutput(body.AddNode("copy", "Identity", "", [sum], ["copy"], NodeAttributes.None).Output);
        var node = graph.AddNode("scan", "Scan", "", [initial, x], ["last", "all"],
            new() { { "body", body }, { "num_scan_inputs", 1L }, { "scan_input_axes", [1L] }, { "scan_output_axes", [2L] } });
        foreach (var output in node.Outputs) graph.AddOutput(output!);

        Assert.Equal("last: F32[2, 5]", node.Outputs[0]!.ToString());
        Assert.Equal("all: F32[2, 5, steps]", node.Outputs[1]!.ToString());
        Assert.Equal([2, 5, 7], Run(graph, ("steps", 7))[1].Shape);
    }

    private static IReadOnlyList<(ElementType Type, long[] Shape, long[]? Values)> Run(Graph graph, params (string Name, long Size)[] sizes)
    {
        using var runtime = new RuntimeShapes(graph);
        return runtime.Run(sizes.ToDictionary(pair => pair.Name, pair => pair.Size));
    }
}
