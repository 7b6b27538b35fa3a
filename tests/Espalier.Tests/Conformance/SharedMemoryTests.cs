using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Conformance;

/// <summary>Operators that write over dying inputs must not spoil what other values share with them.</summary>
public sealed class SharedMemoryTests
{
    public SharedMemoryTests() => TorchRuntime.EnsureLoaded();

    private static readonly string[] Overwriting = ["Relu", "Sigmoid", "Tanh", "Clip"];

    [Theory]
    [InlineData("Dropout")]
    [InlineData("Pad")]
    [InlineData("Resize")]
    [InlineData("DepthToSpace")]
    [InlineData("SpaceToDepth")]
    public void A_view_survives_an_operator_that_overwrites_its_source(string view)
    {
        var image = ArrayTensorData.FromSingles(new TensorShape(1, 1, 2, 2), [-2, -0.5f, 0.25f, 3]);
        foreach (var overwriting in Overwriting)
        {
            var builder = new GraphBuilder("shared", 18);
            var x = builder.Graph.AddInput("x", ElementType.F32, 1, 1, 2, 2);
            var source = builder.Op("Add", [x, x]);
            var seen = view switch
            {
                "Dropout" => builder.Op(view, [source]),
                "Pad" => builder.Op(view, [source, builder.Ints(0, 0, 0, 0, 0, 0, 0, 0)], new NodeAttributes { { "mode", "edge" } }),
                "Resize" => builder.Op(view, [source, null, null, builder.Ints(1, 1, 2, 2)]),
                _ => builder.Op(view, [source], new NodeAttributes { { "blocksize", 1L } }),
            };
            // The source dies here, and so does the view below.
            var first = builder.Op(overwriting, overwriting == "Clip" ? [source, builder.Float(0)] : [source]);
            var second = builder.Op("Mul", [seen, builder.Float(1)]);
            builder.Graph.AddOutput(first);
            builder.Graph.AddOutput(second);
            Check(builder.Graph, image, overwriting, x => [x + x, x + x]);
        }
    }

    [Fact]
    public void An_operator_that_overwrites_leaves_inputs_of_the_graph_and_values_still_needed_alone()
    {
        var image = ArrayTensorData.FromSingles(new TensorShape(1, 1, 2, 2), [-2, -0.5f, 0.25f, 3]);
        foreach (var overwriting in Overwriting)
        {
            var builder = new GraphBuilder("needed", 18);
            var x = builder.Graph.AddInput("x", ElementType.F32, 1, 1, 2, 2);
            Value Act(Value value) => builder.Op(overwriting, overwriting == "Clip" ? [value, builder.Float(0)] : [value]);
            var doubled = builder.Op("Add", [x, x]);
            builder.Graph.AddOutput(Act(x));
            builder.Graph.AddOutput(builder.Op("Add", [Act(doubled), doubled]));
            var given = TensorInterop.ToTensor(image, CPU);
            using var parameters = new ParameterCache(CPU);
            using var none = no_grad();
            var plan = ExecutionPlan.Create(builder.Graph, [x], builder.Graph.Outputs);
            var results = new GraphExecutor(parameters).Run(plan, new Dictionary<Value, Tensor> { [x] = given });
            Assert.Equal([-2f, -0.5f, 0.25f, 3f], given.data<float>().ToArray());
            var values = new[] { -2.0, -0.5, 0.25, 3 };
            Near(values.Select(v => Function(overwriting, v)), results[0]);
            Near(values.Select(v => Function(overwriting, 2 * v) + (2 * v)), results[1]);
        }
    }

    private static void Check(Graph graph, TensorData image, string overwriting, Func<double, double[]> sources)
    {
        using var none = no_grad();
        var results = ConformanceCheck.Execute(graph, new Dictionary<string, TensorData> { ["x"] = image });
        var values = new[] { -2.0, -0.5, 0.25, 3 };
        Near(values.Select(v => Function(overwriting, sources(v)[0])), results[0]);
        Near(values.Select(v => sources(v)[1]), results[1]);
    }

    private static double Function(string name, double x) => name switch { "Sigmoid" => 1 / (1 + Math.Exp(-x)), "Tanh" => Math.Tanh(x), _ => Math.Max(0, x) };

    private static void Near(IEnumerable<double> expected, Tensor actual) =>
        Assert.Null(TensorComparison.Difference([.. expected], TensorComparison.Doubles(actual), ToleranceClass.Elementwise));
}
