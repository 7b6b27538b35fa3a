using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Whole exported models: every value's type and shape, evaluated at the sizes of the probe, against ONNX Runtime.</summary>
public sealed class ZooShapeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-zoo-shapes-");

    public static TheoryData<string> Zoo => [.. ZooModel.Names];

    [Theory]
    [MemberData(nameof(Zoo))]
    public void Every_value_has_the_shape_that_onnx_runtime_computes(string name)
    {
        var zoo = ZooModel.Require(name);
        using var model = OnnxModel.Open(zoo.ModelPath);
        var graph = WithoutDeclarations(model.Graph);
        Assert.Empty(graph.ShapeConflicts);
        // Sequences have neither element type nor shape.
        var sequences = graph.Nodes.Where(node => node.OpType is "SplitToSequence" or "SequenceConstruct").SelectMany(node => node.Outputs).ToHashSet();
        var computed = graph.Values.Values.Where(value => value.Producer is not null && !sequences.Contains(value)).ToArray();
        Assert.All(computed, value => Assert.NotNull(value.Shape));
        Assert.All(computed, value => Assert.NotNull(value.ElementType));
        Assert.All(computed, value => Assert.DoesNotContain(value.Shape!, dim => dim.IsUnknown));

        var path = Path.Combine(_folder.FullName, "model.onnx");
        var extra = computed.Except(graph.Outputs).Select(value => value.Name).ToArray();
        OnnxWriter.Write(graph, path, model.WriteOptions with { ExtraOutputs = extra });
        var probe = zoo.Probe;
        var sizes = new Dictionary<string, long>();
        foreach (var input in graph.Inputs)
        {
            for (var axis = 0; axis < input.Shape!.Count; axis++)
            {
                if (input.Shape[axis].Symbol is { } symbol) sizes[symbol] = probe[input.Name].Shape[axis];
            }
        }
        var actual = RuntimeOutputs.Run(path, probe);
        Assert.All(computed, value =>
        {
            Assert.Equal(value.ElementType, actual[value.Name].ElementType);
            Assert.Equal(actual[value.Name].Shape.ToArray(), value.Shape!.Select(dim => dim.Evaluate(sizes) ?? -1));
        });
        model.Graph.RequireConsistentShapes();
        Assert.All(Bodies(model.Graph).SelectMany(body => body.Values.Values), value => Assert.NotNull(value.Shape));
    }

    [Theory]
    [InlineData("nanodet_m.onnx")]
    [InlineData("version-RFB-640.onnx")]
    public void Every_value_of_a_published_model_has_a_known_shape(string file)
    {
        using var model = OnnxModel.Open(SharedData.Require("models", "onnx", file));
        var graph = WithoutDeclarations(model.Graph);
        Assert.Empty(graph.ShapeConflicts);
        Assert.All(graph.Values.Values, value => Assert.True(value.ElementType is not null && value.Shape?.Any(dim => dim.IsUnknown) == false, value.ToString()));
    }

    private static IEnumerable<Graph> Bodies(Graph graph) =>
        graph.Nodes.SelectMany(node => node.Attributes).Select(attribute => attribute.Value).OfType<Graph>().SelectMany(body => Bodies(body).Prepend(body));

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The same nodes in a graph that does not know what the file says about their outputs.</summary>
    private static Graph WithoutDeclarations(Graph graph)
    {
        var copy = new Graph(graph.Name, graph.OpsetVersion);
        foreach (var (domain, version) in graph.DomainVersions) copy.DeclareDomain(domain, version);
        var values = new Dictionary<Value, Value>();
        foreach (var input in graph.Inputs) values[input] = copy.AddPartlyKnownInput(input.Name, input.ElementType, input.Shape?.ToArray());
        foreach (var parameter in graph.Parameters.Values) values[parameter.Value] = copy.AddParameter(parameter.Name, parameter.Data).Value;
        foreach (var node in graph.Nodes)
        {
            var added = copy.AddNode(node.Name, node.OpType, node.Scope, [.. node.Inputs.Select(input => input is null ? null : values[input])], [.. node.Outputs.Select(output => output?.Name)], node.Attributes, node.Domain);
            foreach (var (old, output) in node.Outputs.Zip(added.Outputs)) if (old is not null) values[old] = output!;
        }
        foreach (var output in graph.Outputs) copy.AddOutput(values[output]);
        return copy;
    }
}
