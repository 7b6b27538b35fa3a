using Espalier.Graphs.Shapes;
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

    private readonly List<ShapeConflict> _conflicts = [];

    private readonly Dictionary<string, int> _domains = new(StringComparer.Ordinal);

    /// <summary>Creates an empty graph.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="opsetVersion">Version of the ONNX operator set that the nodes follow.</param>
    public Graph(string name, int opsetVersion)
    {
        Name = name;
        OpsetVersion = opsetVersion;
    }

    /// <summary>Creates an empty body of a control-flow node: its nodes may read the values of the graph around it.</summary>
    /// <param name="name">Name of the body.</param>
    /// <param name="parent">The graph that holds the control-flow node.</param>
    public Graph(string name, Graph parent)
        : this(name, parent.OpsetVersion)
    {
        Parent = parent;
        _domains = parent._domains;
    }

    /// <summary>Name of the model.</summary>
    public string Name { get; }

    /// <summary>Version of the ONNX operator set that the nodes follow.</summary>
    public int OpsetVersion { get; }

    /// <summary>The graph around this body of a control-flow node; null for a model.</summary>
    public Graph? Parent { get; }

    /// <summary>Versions of the operator sets of domains other than ONNX, as far as declared.</summary>
    public IReadOnlyDictionary<string, int> DomainVersions => _domains;

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

    /// <summary>What does not fit together in the shapes of nodes, as found when they were added; empty for a graph that can run.</summary>
    public IReadOnlyList<ShapeConflict> ShapeConflicts => _conflicts;

    /// <summary>Declares the operator set version of a domain other than ONNX.</summary>
    public void DeclareDomain(string domain, int version) => _domains[domain] = version;

    /// <summary>A value of this graph or of the graphs around it; null if there is none.</summary>
    public Value? FindValue(string name) => _values.TryGetValue(name, out var value) ? value : Parent?.FindValue(name);

    /// <summary>Adds an input.</summary>
    public Value AddInput(string name, ElementType type, params ReadOnlySpan<Dim> shape) => AddPartlyKnownInput(name, type, shape.ToArray());

    /// <summary>Adds an input of which type or rank may be unknown.</summary>
    internal Value AddPartlyKnownInput(string name, ElementType? type, Dim[]? shape)
    {
        var value = NewValue(name);
        value.ElementType = type;
        value.Shape = shape;
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
            if (input is not null && FindValue(input.Name) != input)
                throw new ArgumentException($"Input '{input.Name}' of node '{name}' is not a value of this graph.", nameof(inputs));
        }
        var outputs = outputNames.Select(output => output is null ? null : NewValue(output)).ToArray();
        var node = new Node(name, opType, domain, VersionOf(domain), scope, [.. inputs], outputs, attributes);
        _nodes.Add(node);
        ShapeInference.Infer(node, _conflicts);
        return node;
    }

    /// <summary>Declares a value to be an output of the graph.</summary>
    public void AddOutput(Value value) => _outputs.Add(value);

    /// <summary>Infers all shapes anew and refuses a graph whose sizes do not fit together, bodies of control flow included.</summary>
    /// <exception cref="EspalierException">A node cannot run; the message names it and the sizes.</exception>
    public void RequireConsistentShapes()
    {
        _conflicts.Clear();
        _conflicts.AddRange(ShapeInference.Infer(this));
        foreach (var body in _nodes.SelectMany(node => node.Attributes).Select(attribute => attribute.Value).OfType<Graph>()) body.RequireConsistentShapes();
        if (_conflicts.Count == 0) return;
        var more = _conflicts.Count == 1 ? "" : $"; {_conflicts.Count - 1} more nodes or sizes do not fit either";
        throw new EspalierException($"{_conflicts[0].Problem}{more}", $"{_conflicts[0].Node} in graph '{Name}'");
    }

    private int VersionOf(string domain) => domain is "" or "ai.onnx" ? OpsetVersion : _domains.GetValueOrDefault(domain, 1);

    private Value NewValue(string name)
    {
        var value = new Value(name);
        if (!_values.TryAdd(name, value)) throw new ArgumentException($"The graph has a value '{name}' already.", nameof(name));
        return value;
    }
}
