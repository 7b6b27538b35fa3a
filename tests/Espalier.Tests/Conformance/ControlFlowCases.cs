using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Branches and loops, with bodies that read the graph around them.</summary>
internal static class ControlFlowCases
{
    public static IEnumerable<OperatorCase> All() => [.. Branches(), .. Loops(), .. Scans(), .. OldScans()];

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth() => [Branch(11, true), Branch(16, false), Loop(13, Draw.Scalar(ElementType.I64, 3), Draw.Scalar(ElementType.Bool, 1), 99), Scan(16, 0, 0, 0, 0), Scan(16, 1, 1, 1, 1), Nested()];

    private static IEnumerable<OperatorCase> Branches()
    {
        foreach (var opset in new[] { 7, 11, 13, 16, 19 })
        {
            yield return Branch(opset, true);
            yield return Branch(opset, false);
        }
        yield return Nested();
        yield return Outer();
    }

    /// <summary>One branch adds a captured value, the other multiplies it by a parameter of its own. The captured values are further inputs of the case's node's graph.</summary>
    private static OperatorCase Branch(int opset, bool condition) => new("If", opset, Draw.Given(ElementType.Bool, [], condition ? 1 : 0))
    {
        Outputs = 2,
        Note = $"{condition}",
        Extra = [Draw.Floats(2, 3), Draw.Floats(3)],
        AddBodies = (graph, attributes) =>
        {
            var then = new Graph("then", graph);
            var sum = then.AddNode("sum", "Add", "", [graph.Values["extra0"], graph.Values["extra1"]], ["sum"], NodeAttributes.None).Output;
            then.AddOutput(sum);
            then.AddOutput(then.AddNode("same", "Identity", "", [graph.Values["extra1"]], ["same"], NodeAttributes.None).Output);
            var other = new Graph("else", graph);
            var weight = other.AddParameter("weight", Draw.Encode(ElementType.F32, [2, 3], [1, 2, 3, 4, 5, 6])).Value;
            var product = other.AddNode("product", "Mul", "", [graph.Values["extra0"], weight], ["product"], NodeAttributes.None).Output;
            other.AddOutput(product);
            other.AddOutput(other.AddNode("negative", "Neg", "", [graph.Values["extra1"]], ["negative"], NodeAttributes.None).Output);
            attributes.Add("then_branch", then);
            attributes.Add("else_branch", other);
        },
    };

    /// <summary>A branch whose body has a branch that reads the outermost graph.</summary>
    private static OperatorCase Nested() => new("If", 13, Draw.Given(ElementType.Bool, [], 1))
    {
        Note = "nested",
        Extra = [Draw.Floats(2, 3)],
        AddBodies = (graph, attributes) =>
        {
            Graph Leaf(Graph parent, string name, string op, Value value)
            {
                var leaf = new Graph(name, parent);
                leaf.AddOutput(leaf.AddNode($"{name}.node", op, "", [value], [$"{name}.out"], NodeAttributes.None).Output);
                return leaf;
            }
            var middle = new Graph("middle", graph);
            var doubled = middle.AddNode("doubled", "Add", "", [graph.Values["extra0"], graph.Values["extra0"]], ["doubled"], NodeAttributes.None).Output;
            var inner = new NodeAttributes { { "then_branch", Leaf(middle, "a", "Exp", doubled) }, { "else_branch", Leaf(middle, "b", "Neg", graph.Values["extra0"]) } };
            var chosen = middle.AddNode("inner", "If", "", [graph.Values["in0"]], ["inner"], inner).Output;
            middle.AddOutput(chosen);
            attributes.Add("then_branch", middle);
            attributes.Add("else_branch", Leaf(graph, "c", "Abs", graph.Values["extra0"]));
        },
    };

    /// <summary>Integer outputs and a body without inputs from outside.</summary>
    private static OperatorCase Outer() => new("If", 13, Draw.Given(ElementType.Bool, [1], 0))
    {
        Note = "constants",
        AddBodies = (graph, attributes) =>
        {
            foreach (var (name, value) in new[] { ("then_branch", 3), ("else_branch", 4) })
            {
                var body = new Graph(name, graph);
                body.AddOutput(body.AddNode($"{name}.node", "Constant", "", [], [$"{name}.out"], new NodeAttributes { { "value", Draw.Encode(ElementType.I64, [2], [value, value + 1]) } }).Output);
                attributes.Add(name, body);
            }
        },
    };

    private static IEnumerable<OperatorCase> Loops()
    {
        foreach (var opset in new[] { 8, 11, 13, 19 })
        {
            yield return Loop(opset, Draw.Scalar(ElementType.I64, 3), Draw.Scalar(ElementType.Bool, 1), 99);
            yield return Loop(opset, Draw.Scalar(ElementType.I64, 9), Draw.Scalar(ElementType.Bool, 1), 2);
            yield return Loop(opset, null, Draw.Scalar(ElementType.Bool, 1), 4);
            yield return Loop(opset, Draw.Scalar(ElementType.I64, 3), null, 99);
        }
        yield return Loop(13, Draw.Scalar(ElementType.I64, 9), null, 2);
        yield return Loop(13, Draw.Scalar(ElementType.I64, 0), Draw.Scalar(ElementType.Bool, 1), 4);
        yield return Loop(13, Draw.Scalar(ElementType.I64, 3), Draw.Scalar(ElementType.Bool, 0), 4);
    }

    /// <summary>state = state * captured + 1 while the iteration number is below a limit; the states are stacked.</summary>
    private static OperatorCase Loop(int opset, CaseInput? count, CaseInput? condition, long limit) => new("Loop", opset, count, condition, Draw.Floats(2, 3))
    {
        Outputs = 2,
        Note = $"limit {limit}",
        Extra = [Draw.Floats(3)],
        AddBodies = (graph, attributes) =>
        {
            var body = new Graph("body", graph);
            var i = body.AddInput("i", ElementType.I64);
            body.AddInput("going", ElementType.Bool);
            var state = body.AddInput("state", ElementType.F32, 2, 3);
            var last = body.AddParameter("last", Draw.Encode(ElementType.F32, [], [limit - 1])).Value;
            var one = body.AddParameter("one", Draw.Encode(ElementType.F32, [], [1])).Value;
            var product = body.AddNode("product", "Mul", "", [state, graph.Values["extra0"]], ["product"], NodeAttributes.None).Output;
            var next = body.AddNode("next", "Add", "", [product, one], ["next"], NodeAttributes.None).Output;
            body.AddOutput(body.AddNode("more", "Less", "", [body.AddNode("number", "Cast", "", [i], ["number"], new NodeAttributes { { "to", 1 } }).Output, last], ["more"], NodeAttributes.None).Output);
            body.AddOutput(next);
            body.AddOutput(body.AddNode("seen", "Neg", "", [next], ["seen"], NodeAttributes.None).Output);
            Declare(body, 1, 2, 3);
            Declare(body, 2, 2, 3);
            attributes.Add("body", body);
        },
    };

    private static IEnumerable<OperatorCase> Scans()
    {
        foreach (var opset in new[] { 9, 11, 16, 19 })
        {
            foreach (var inputAxis in new[] { 0, 1 })
            {
                foreach (var backward in new[] { 0, 1 })
                {
                    yield return Scan(opset, inputAxis, backward, 0, 0);
                    yield return Scan(opset, inputAxis, backward, 1, 1);
                    if (opset >= 11) yield return Scan(opset, inputAxis - 2, backward, -1, 0);
                }
            }
        }
    }

    /// <summary>A running sum weighted by a captured value; two states, one input scanned, two outputs.</summary>
    private static OperatorCase Scan(int opset, int inputAxis, int backward, int outputAxis, int outputBackward) => new("Scan", opset, Draw.Floats(3), Draw.Floats(3), inputAxis is 0 or -2 ? Draw.Floats(4, 3) : Draw.Floats(3, 4))
    {
        Outputs = 4,
        Extra = [Draw.Floats(3)],
        Attributes =
        {
            { "num_scan_inputs", 1 }, { "scan_input_axes", [(long)inputAxis] }, { "scan_input_directions", [(long)backward] },
            { "scan_output_axes", [0L, outputAxis] }, { "scan_output_directions", [0L, outputBackward] },
        },
        AddBodies = (graph, attributes) => attributes.Add("body", ScanBody(graph, graph.Values["extra0"])),
    };

    private static Graph ScanBody(Graph graph, Value captured)
    {
        var body = new Graph("body", graph);
        var sum = body.AddInput("sum", ElementType.F32, 3);
        var product = body.AddInput("product", ElementType.F32, 3);
        var x = body.AddInput("x", ElementType.F32, 3);
        var weighted = body.AddNode("weighted", "Mul", "", [x, captured], ["weighted"], NodeAttributes.None).Output;
        var nextSum = body.AddNode("next_sum", "Add", "", [sum, weighted], ["next_sum"], NodeAttributes.None).Output;
        var nextProduct = body.AddNode("next_product", "Mul", "", [product, nextSum], ["next_product"], NodeAttributes.None).Output;
        body.AddOutput(nextSum);
        body.AddOutput(nextProduct);
        body.AddOutput(body.AddNode("first", "Identity", "", [nextSum], ["first"], NodeAttributes.None).Output);
        body.AddOutput(body.AddNode("second", "Neg", "", [nextProduct], ["second"], NodeAttributes.None).Output);
        for (var i = 0; i < 4; i++) Declare(body, i, 3);
        return body;
    }

    private static IEnumerable<OperatorCase> OldScans()
    {
        foreach (var lengths in new[] { null, Draw.Longs(4, 2) })
        {
            foreach (var backward in new[] { 0, 1 })
            {
                yield return new OperatorCase("Scan", 8, lengths, Draw.Floats(2, 3), Draw.Floats(2, 3), Draw.Floats(2, 4, 3))
                {
                    Outputs = 4,
                    Extra = [Draw.Floats(3)],
                    Attributes = { { "num_scan_inputs", 1 }, { "directions", [(long)backward] } },
                    AddBodies = (graph, attributes) => attributes.Add("body", ScanBody(graph, graph.Values["extra0"])),
                };
            }
        }
    }

    private static void Declare(Graph body, int output, params long[] shape)
    {
        body.Outputs[output].ElementType = ElementType.F32;
        body.Outputs[output].Shape = [.. shape.Select(size => (Dim)size)];
    }
}
