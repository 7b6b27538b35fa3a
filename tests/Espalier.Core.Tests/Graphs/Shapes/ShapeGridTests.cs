using Espalier.Graphs;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Sizes over whole grids of settings against counting, for fixed sizes and for a symbol evaluated at them.</summary>
public sealed class ShapeGridTests
{
    [Fact]
    public void Windows_are_counted()
    {
        for (var kernel = 1; kernel <= 3; kernel++)
            for (var stride = 1; stride <= 3; stride++)
                for (var dilation = 1; dilation <= 2; dilation++)
                    for (var pads = 0; pads < 4; pads++)
                        foreach (var ceiling in new[] { false, true })
                        {
                            var (before, after) = (pads % 2, pads / 2);
                            if (Math.Max(before, after) >= kernel) continue; // no runtime pads by more than the window
                            var extent = ((kernel - 1) * dilation) + 1;
                            var attributes = new NodeAttributes
            {
                { "kernel_shape", [(long)kernel] }, { "strides", [(long)stride] }, { "dilations", [(long)dilation] }, { "pads", [(long)before, after] }, { "ceil_mode", ceiling ? 1L : 0L },
            };
                            var symbolic = Output("MaxPool", attributes, 1, 1, "n");
                            for (var size = extent; size <= 12; size++)
                            {
                                // A window counts if it lies inside; rounding up, also if it starts inside and the one before it had an element left behind it.
                                var count = 0;
                                while (true)
                                {
                                    var start = (count * stride) - before;
                                    var isInside = start + extent <= size + after;
                                    var leavesSome = ceiling && count > 0 && start < size && start - stride + extent < size + after;
                                    if (!isInside && !leavesSome) break;
                                    count++;
                                }
                                Expect(count, size, Output("MaxPool", attributes, 1, 1, size)![2], symbolic![2], $"{kernel} {stride} {dilation} {before} {after} {ceiling}");
                            }
                        }
    }

    [Fact]
    public void Slices_are_counted()
    {
        long[] positions = [long.MinValue, -6, -4, -1, 0, 1, 3, 6, int.MaxValue, long.MaxValue];
        foreach (var start in positions)
            foreach (var end in positions)
                foreach (var step in new long[] { 1, 2, 3, -1, -2 })
                {
                    var symbolic = Slice("n", start, end, step);
                    for (var size = 0; size <= 5; size++)
                    {
                        long Bound(long position, long first, long last) => Math.Max(first, Math.Min(position < 0 ? position + size : position, last));
                        var from = step > 0 ? Bound(start, 0, size) : Bound(start, 0, size - 1);
                        var to = step > 0 ? Bound(end, 0, size) : Bound(end, -1, size - 1);
                        var count = 0;
                        for (var at = from; step > 0 ? at < to : at > to && size > 0; at += step) count++;
                        Expect(count, size, Slice(size, start, end, step), symbolic, $"{start} {end} {step}");
                    }
                }
    }

    [Fact]
    public void Splits_add_up()
    {
        for (var size = 3; size <= 12; size++)
            for (var outputs = 2; outputs <= 4; outputs++)
            {
                var chunk = (size + outputs - 1) / outputs;
                if (chunk * (outputs - 1) > size) continue;
                var graph = new Graph("g", 18);
                var node = graph.AddNode("node", "Split", "", [graph.AddInput("x", ElementType.F32, size)], [.. Enumerable.Range(0, outputs).Select(i => $"y{i}")], new() { { "num_outputs", (long)outputs } });
                Assert.All(node.Outputs.SkipLast(1), output => Assert.Equal(chunk, output!.Shape![0].Size));
                Assert.Equal(size, node.Outputs.Sum(output => output!.Shape![0].Size));
            }
    }

    [Fact]
    public void Axes_broadcast_as_pairs_of_sizes_do()
    {
        Dim[] sizes = [0, 1, 2, 3, "n", Dim.Unknown];
        foreach (var left in sizes)
            foreach (var right in sizes)
            {
                var graph = new Graph("g", 17);
                var result = graph.AddNode("node", "Add", "", [graph.AddInput("a", ElementType.F32, left), graph.AddInput("b", ElementType.F32, right)], ["y"], NodeAttributes.None).Output.Shape![0];
                var bothFixed = left.Size is not null && right.Size is not null;
                var fits = !bothFixed || left.Size == right.Size || left.Size == 1 || right.Size == 1;
                Assert.Equal(fits, graph.ShapeConflicts.Count == 0);
                if (fits && bothFixed) Assert.Equal(left.Size == 1 ? right.Size : left.Size, result.Size);
                else if (left.Size > 1 || right.Size > 1) Assert.NotNull(result.Size);
                else if (left.Symbol is not null && right.Symbol is not null) Assert.Equal("n", result.Symbol);
            }
    }

    [Theory]
    [InlineData(3, 0, false)]
    [InlineData(3, 5, false)]
    [InlineData(4, 0, false)]
    [InlineData(4, 5, true)]
    public void Attention_grows_by_its_past(int rank, int past, bool isSymbolic)
    {
        var graph = new Graph("g", 23);
        Dim length = isSymbolic ? "keys" : 7;
        Value Operand(string name, long heads, Dim size, long width) => graph.AddInput(name, ElementType.F32, rank == 4 ? ["b", heads, size, width] : ["b", size, heads * width]);
        var (q, k, v) = (Operand("q", 4, "queries", 6), Operand("k", 2, length, 6), Operand("v", 2, length, 8));
        Value? pastKey = past == 0 ? null : graph.AddInput("past_key", ElementType.F32, "b", 2, past, 6);
        Value? pastValue = past == 0 ? null : graph.AddInput("past_value", ElementType.F32, "b", 2, past, 8);
        var node = graph.AddNode("node", "Attention", "", [q, k, v, null, pastKey, pastValue], ["y", "present_key", "present_value", "scores"], new() { { "q_num_heads", 4L }, { "kv_num_heads", 2L } });

        var total = isSymbolic ? past == 0 ? "keys" : $"keys + {past}" : $"{7 + past}";
        Assert.Equal(rank == 4 ? "y: F32[b, 4, queries, 8]" : "y: F32[b, queries, 32]", node.Output.ToString());
        Assert.Equal($"present_key: F32[b, 2, {total}, 6]", node.Outputs[1]!.ToString());
        Assert.Equal($"present_value: F32[b, 2, {total}, 8]", node.Outputs[2]!.ToString());
        Assert.Equal($"scores: F32[b, 4, queries, {total}]", node.Outputs[3]!.ToString());
        Assert.Empty(graph.ShapeConflicts);
    }

    private static void Expect(long expected, long size, Dim known, Dim symbolic, string setting)
    {
        var sizes = new Dictionary<string, long> { ["n"] = size };
        Assert.True(known.Size == expected, $"{setting} at {size}: expected {expected}, inferred {known}");
        Assert.True(symbolic.Evaluate(sizes) == expected, $"{setting} at {size}: expected {expected}, inferred {symbolic}");
    }

    private static IReadOnlyList<Dim>? Output(string operation, NodeAttributes attributes, params ReadOnlySpan<Dim> shape)
    {
        var graph = new Graph("g", 22);
        return graph.AddNode("node", operation, "", [graph.AddInput("x", ElementType.F32, shape)], ["y"], attributes).Output.Shape;
    }

    private static Dim Slice(Dim size, long start, long end, long step)
    {
        var b = new GraphBuilder("g", 17);
        return b.Op("Slice", [b.Graph.AddInput("x", ElementType.F32, size), b.Ints(start), b.Ints(end), b.Ints(0), b.Ints(step)]).Shape![0];
    }
}
