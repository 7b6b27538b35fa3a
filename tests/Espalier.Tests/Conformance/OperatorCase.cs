using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>One operator with inputs and attributes, to be run in ONNX Runtime and here.</summary>
internal sealed class OperatorCase
{
    /// <summary>A case of the ONNX domain.</summary>
    /// <param name="operatorName">ONNX operator.</param>
    /// <param name="opset">Version of the operator set.</param>
    /// <param name="inputs">Inputs in ONNX order; null for an input left out.</param>
    public OperatorCase(string operatorName, int opset, params CaseInput?[] inputs)
    {
        Operator = operatorName;
        Opset = opset;
        Inputs = inputs;
    }

    /// <summary>ONNX operator.</summary>
    public string Operator { get; }

    /// <summary>Version of the ONNX operator set.</summary>
    public int Opset { get; }

    /// <summary>Inputs in ONNX order; null for an input left out.</summary>
    public IReadOnlyList<CaseInput?> Inputs { get; }

    /// <summary>Domain of the operator; empty for ONNX.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Attributes but for bodies.</summary>
    public NodeAttributes Attributes { get; init; } = [];

    /// <summary>Values that the node does not take, for bodies to read: extra0, extra1, ...</summary>
    public IReadOnlyList<CaseInput> Extra { get; init; } = [];

    /// <summary>Adds attributes that are bodies of control flow: given the graph around the node, whose values are named in0, ..., extra0, ...</summary>
    public Action<Graph, NodeAttributes>? AddBodies { get; init; }

    /// <summary>Number of outputs.</summary>
    public int Outputs { get; init; } = 1;

    /// <summary>Outputs that are left out, by index.</summary>
    public IReadOnlyList<int> OmittedOutputs { get; init; } = [];

    /// <summary>Float inputs, by index, through which no gradient flows by design: stored statistics, scales that only give sizes.</summary>
    public IReadOnlyList<int> WithoutGradient { get; init; } = [];

    /// <summary>Type to which all outputs are cast by a further node, where the runtime's interface has no tensors of their type.</summary>
    public ElementType? OutputsCastTo { get; init; }

    /// <summary>How far floats may lie from ONNX Runtime's.</summary>
    public ToleranceClass Tolerance { get; init; } = ToleranceClass.Elementwise;

    /// <summary>Why ONNX Runtime refuses the case; it is then run here only, and <see cref="Expected"/> is the truth.</summary>
    public string? RefusedByRuntime { get; init; }

    /// <summary>How ONNX Runtime departs from the specification; <see cref="Expected"/> is then the truth.</summary>
    public string? RuntimeDeviates { get; init; }

    /// <summary>The outputs that the specification demands, for cases that ONNX Runtime refuses or computes otherwise.</summary>
    public Func<IReadOnlyList<TensorData?>, IReadOnlyList<TensorData>>? Expected { get; init; }

    /// <summary>What is particular about the case, where inputs and attributes do not show it.</summary>
    public string Note { get; init; } = "";

    /// <summary>Name of the operator with its domain, as in the operator table.</summary>
    public string Key => Domain.Length == 0 ? Operator : $"{Domain}.{Operator}";

    /// <summary>Builds the graph of the one node. Its inputs and parameters are named in0, in1, ..., its outputs out0, out1, ...</summary>
    /// <param name="feeds">The values of inputs that are fed, by name.</param>
    /// <param name="allFed">True to feed the floats that the file would hold too.</param>
    public Graph Build(out IReadOnlyDictionary<string, TensorData> feeds, bool allFed = false)
    {
        var graph = new Graph("case", Opset);
        if (Domain.Length > 0) graph.DeclareDomain(Domain, 1);
        var given = new Dictionary<string, TensorData>();
        feeds = given;
        var values = new Value?[Inputs.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (Inputs[i] is not { } input) continue;
            var data = input.Make(new Random(Seed(i)));
            if (input.IsInitializer && !(allFed && input.Type.IsFloat()))
            {
                values[i] = graph.AddParameter($"in{i}", data, isConstant: true).Value;
                continue;
            }
            given.Add($"in{i}", data);
            values[i] = graph.AddInput($"in{i}", input.Type, [.. input.Shape.Select(size => (Dim)size)]);
        }
        for (var i = 0; i < Extra.Count; i++)
        {
            // Through a node, so that bodies read computed values: those must live as long as a body may read them.
            var fed = graph.AddInput($"extra{i}.fed", Extra[i].Type, [.. Extra[i].Shape.Select(size => (Dim)size)]);
            given.Add(fed.Name, Extra[i].Make(new Random(Seed(100 + i))));
            graph.AddNode($"extra{i}.node", "Identity", "", [fed], [$"extra{i}"], NodeAttributes.None);
        }
        var attributes = new NodeAttributes();
        foreach (var (name, value) in Attributes) attributes.AddOpaque(name, value);
        AddBodies?.Invoke(graph, attributes);
        var names = Enumerable.Range(0, Outputs).Select(i => OmittedOutputs.Contains(i) ? null : $"out{i}").ToArray();
        var node = graph.AddNode("node", Operator, "", values, names, attributes, Domain);
        foreach (var output in node.Outputs)
        {
            if (output is null) continue;
            // The runtime infers types and shapes by itself; ours must not be able to mislead it.
            output.ElementType = null;
            output.Shape = null;
            graph.AddOutput(OutputsCastTo is { } type ? graph.AddNode($"{output.Name}.cast", "Cast", "", [output], [$"{output.Name}.out"], new NodeAttributes { { "to", (long)OnnxTypes.ToOnnx(type) } }).Output : output);
        }
        return graph;
    }

    /// <summary>Operator, version, inputs and attributes.</summary>
    public override string ToString()
    {
        var attributes = string.Join(' ', Attributes.Select(pair => $"{pair.Key}={Text(pair.Value)}"));
        return $"{Key}-{Opset} ({string.Join(", ", Inputs.Select(input => input?.ToString() ?? "-"))}) {attributes}{(Note.Length > 0 ? $" [{Note}]" : "")}";
    }

    private static string Text(object value) => value is Array array ? $"[{string.Join(',', array.Cast<object>())}]" : value.ToString() ?? "";

    /// <summary>The same in every run; string hash codes are not.</summary>
    private int Seed(int input) => ToString().Aggregate(input + 17, (seed, letter) => unchecked((seed * 31) + letter));
}
