using Espalier.Graphs;
using Espalier.Graphs.Shapes;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Whatever a file claims, inference neither throws nor states a negative size.</summary>
public sealed class ShapeFuzzTests
{
    private static readonly string[] Attributes = ["axis", "axes", "perm", "pads", "strides", "dilations", "kernel_shape", "group", "auto_pad", "ceil_mode", "output_padding", "output_shape", "split",
        "num_outputs", "keepdims", "noop_with_empty_axes", "starts", "ends", "scales", "mode", "keep_aspect_ratio_policy", "blocksize", "batch_dims", "to", "dtype", "value", "value_ints", "value_float",
        "shape", "k", "hidden_size", "direction", "layout", "q_num_heads", "kv_num_heads", "num_heads", "equation", "transA", "transB", "transBatchA", "start", "end", "allowzero", "output_height",
        "pooled_shape", "onesided", "inverse", "N", "qkv_hidden_sizes", "body", "then_branch", "else_branch", "num_scan_inputs", "channels_last", "sample_size", "fmod", "reduction", "new_axis"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_node_throws_or_has_negative_sizes(int seed)
    {
        var random = new Random(seed);
        var failures = new HashSet<string>();
        foreach (var (domain, operation) in ShapeRules.Operators)
        {
            for (var round = 0; round < 60; round++)
            {
                var graph = new Graph("g", random.Next(1, 26));
                var inputs = Enumerable.Range(0, random.Next(0, 9)).Select(i => Input(random, graph, $"x{i}")).ToArray();
                var attributes = new NodeAttributes();
                for (var i = random.Next(0, 12); i > 0; i--) Add(random, attributes, graph, Attributes[random.Next(Attributes.Length)]);
                string?[] outputs = [.. Enumerable.Range(0, random.Next(0, 5)).Select(i => random.Next(8) == 0 ? null : $"y{i}")];
                try
                {
                    var node = graph.AddNode("node", operation, "", inputs, outputs, attributes, domain);
                    if (node.Outputs.Any(output => output?.Shape?.Any(size => size.Size < 0) ?? false)) failures.Add($"{operation}: {string.Join(", ", node.Outputs)}");
                    if (graph.ShapeConflicts.Any(conflict => conflict.Problem.Length == 0)) failures.Add($"{operation}: a conflict without a problem");
                }
                catch (Exception error) when (error is not OutOfMemoryException)
                {
                    failures.Add($"{operation}: {error.Message} {error.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Shapes", StringComparison.Ordinal))}");
                }
            }
        }
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static Value? Input(Random random, Graph graph, string name)
    {
        switch (random.Next(7))
        {
            case 0: return null;
            case 1: return graph.AddPartlyKnownInput(name, null, null);
            case 2: return graph.AddParameter(name, ArrayTensorData.FromInt64(new TensorShape(), Number(random))).Value;
            case 3: return graph.AddParameter(name, ArrayTensorData.FromSingles(new TensorShape(2), [random.NextSingle() * 4, float.PositiveInfinity])).Value;
            case 4:
                var list = Enumerable.Range(0, random.Next(0, 6)).Select(_ => Number(random)).ToArray();
                return graph.AddParameter(name, ArrayTensorData.FromInt64(new TensorShape(list.Length), list)).Value;
            default:
                return graph.AddInput(name, ElementType.F32, [.. Enumerable.Range(0, random.Next(0, 6)).Select(_ => random.Next(4) switch { 0 => Dim.Unknown, 1 => $"s{random.Next(3)}", _ => Math.Abs(Math.Max(Number(random), -long.MaxValue)) })]);
        }
    }

    private static void Add(Random random, NodeAttributes attributes, Graph graph, string name)
    {
        if (attributes.Contains(name)) return;
        switch (random.Next(12))
        {
            case 0: attributes.Add(name, new[] { "bidirectional", "SAME_UPPER", "not_larger", "bij,...jk->ik", "..." }[random.Next(5)]); break;
            case 1: attributes.Add(name, [2f, float.NaN, 1e30f]); break;
            case 2: attributes.Add(name, ArrayTensorData.FromInt64(new TensorShape(2), Number(random), Number(random))); break;
            case 3: attributes.Add(name, new Graph("body", graph)); break;
            case 4 or 5 or 6: attributes.Add(name, Number(random)); break;
            default: attributes.Add(name, [.. Enumerable.Range(0, random.Next(0, 6)).Select(_ => Number(random))]); break;
        }
    }

    private static long Number(Random random) => random.Next(8) switch
    {
        0 => long.MinValue,
        1 => long.MaxValue,
        2 => int.MaxValue,
        3 => -random.Next(1, 5),
        _ => random.Next(0, 6),
    };
}
