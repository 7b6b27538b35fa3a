using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>
/// A model: nodes with ONNX semantics in topological order, and named parameters. Built from a checkpoint's configuration or read from
/// an ONNX file; executed, analysed, cut and written by the rest of the library.
/// </summary>
public sealed class Graph
{
    private readonly List<Node> _nodes = [];
    private readonly List<Value> _inputs = [];
    private readonly List<Value> _outputs = [];
    private readonly OrderedDictionary<string, Parameter> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    /// <summary>Creates an empty graph.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="opsetVersion">Version of the ONNX operator set that the nodes follow.</param>
    public Graph(string name, int opsetVersion)
    {
        Name = name;
        OpsetVersion = opsetVersion;
    }

    /// <summary>Name of the model.</summary>
    public string Name { get; }

    /// <summary>Version of the ONNX operator set that the nodes follow.</summary>
    public int OpsetVersion { get; }

    /// <summary>Inputs in order.</summary>
    public IReadOnlyList<Value> Inputs => _inputs;

    /// <summary>Outputs in order.</summary>
    public IReadOnlyList<Value> Outputs => _outputs;

    /// <summary>Nodes in topological order.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Parameters by name, in the order of first use.</summary>
    public IReadOnlyDictionary<string, Parameter> Parameters => _parameters;

    /// <summary>Values by name: inputs, parameters and node outputs.</summary>
    public IReadOnlyDictionary<string, Value> Values => _values;

    /// <summary>Adds an input.</summary>
    public Value AddInput(string name, ElementType type, params ReadOnlySpan<Dim> shape)
    {
        var value = NewValue(name);
        value.ElementType = type;
        value.Shape = shape.ToArray();
        _inputs.Add(value);
        return value;
    }

    /// <summary>Adds a parameter.</summary>
    public Parameter AddParameter(string name, TensorData data, bool isConstant = false)
    {
        var parameter = new Parameter(NewValue(name), data, isConstant);
        _parameters.Add(name, parameter);
        return parameter;
    }

    /// <summary>Appends a node; its inputs must exist already, so nodes stay in topological order.</summary>
    /// <param name="name">Unique node name.</param>
    /// <param name="opType">ONNX operator.</param>
    /// <param name="scope">Module path.</param>
    /// <param name="inputs">Inputs in ONNX order; null for an input left out.</param>
    /// <param name="outputNames">Names of the outputs; null for an output left out.</param>
    /// <param name="attributes">Attributes.</param>
    /// <param name="domain">Operator domain; empty for ONNX.</param>
    public Node AddNode(string name, string opType, string scope, IReadOnlyList<Value?> inputs, IReadOnlyList<string?> outputNames, NodeAttributes attributes, string domain = "")
    {
        foreach (var input in inputs)
        {
            if (input is not null && (!_values.TryGetValue(input.Name, out var known) || known != input))
                throw new ArgumentException($"Input '{input.Name}' of node '{name}' is not a value of this graph.", nameof(inputs));
        }
        var outputs = outputNames.Select(output => output is null ? null : NewValue(output)).ToArray();
        var node = new Node(name, opType, domain, scope, [.. inputs], outputs, attributes);
        _nodes.Add(node);
        ShapeInference.Infer(node);
        return node;
    }

    /// <summary>Declares a value to be an output of the graph.</summary>
    public void AddOutput(Value value) => _outputs.Add(value);

    private Value NewValue(string name)
    {
        var value = new Value(name);
        if (!_values.TryAdd(name, value)) throw new ArgumentException($"The graph has a value '{name}' already.", nameof(name));
        return value;
    }
}
