using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>
/// A new graph made from another one node by node: the base of passes and of surgery. Parameters come along when a node first reads them,
/// so what nobody reads is left behind.
/// </summary>
public sealed class GraphCopy
{
    private readonly Dictionary<Value, Value> _values = [];
    private readonly Func<Parameter, TensorData> _data;
    private readonly Func<Value, IReadOnlyList<Dim>?> _shape;
    private readonly GraphCopy? _parent;

    /// <summary>Starts a copy with the inputs of the source.</summary>
    /// <param name="source">The graph to copy.</param>
    /// <param name="data">Data of the parameters in the copy; null keeps them.</param>
    /// <param name="shape">Shapes of values in the copy, for operators from which they cannot be inferred; null keeps them.</param>
    public GraphCopy(Graph source, Func<Parameter, TensorData>? data = null, Func<Value, IReadOnlyList<Dim>?>? shape = null)
        : this(source, new Graph(source.Name, source.OpsetVersion), data ?? (parameter => parameter.Data), shape ?? (value => value.Shape), null)
    {
        foreach (var (domain, version) in source.DomainVersions) Target.DeclareDomain(domain, version);
    }

    private GraphCopy(Graph source, Graph target, Func<Parameter, TensorData> data, Func<Value, IReadOnlyList<Dim>?> shape, GraphCopy? parent)
    {
        Source = source;
        Target = target;
        _data = data;
        _shape = shape;
        _parent = parent;
        foreach (var input in source.Inputs) _values.Add(input, target.AddPartlyKnownInput(input.Name, input.ElementType, input.Shape?.ToArray()));
    }

    /// <summary>The graph that is copied.</summary>
    public Graph Source { get; }

    /// <summary>The copy.</summary>
    public Graph Target { get; }

    /// <summary>A graph of the nodes that lead to the outputs; others are left behind.</summary>
    public static Graph WithoutDeadNodes(Graph source)
    {
        var needed = new HashSet<Node>();
        var open = new Stack<Value>(source.Outputs);
        while (open.TryPop(out var value))
        {
            if (value.Producer is not { } node || !needed.Add(node)) continue;
            foreach (var input in node.Inputs.OfType<Value>().Concat(Coupling.Captures.Of(node))) open.Push(input);
        }
        var copy = new GraphCopy(source);
        foreach (var node in source.Nodes.Where(needed.Contains)) copy.Add(node);
        copy.Finish();
        return copy.Target;
    }

    /// <summary>The value of the copy that stands for a value of the source.</summary>
    public Value Map(Value value)
    {
        if (_values.TryGetValue(value, out var known)) return known;
        if (value.Parameter is { } parameter && Source.Parameters.TryGetValue(value.Name, out var own) && own == parameter)
        {
            var copied = Target.AddParameter(parameter.Name, _data(parameter));
            copied.Role = parameter.Role;
            _values.Add(value, copied.Value);
            return copied.Value;
        }
        return _parent?.Map(value) ?? throw new InvalidOperationException($"The value '{value.Name}' has no copy yet.");
    }

    /// <summary>Says which value of the copy stands for a value of the source.</summary>
    public void Set(Value value, Value replacement) => _values[value] = replacement;

    /// <summary>Copies a node with other inputs or attributes, or as it is.</summary>
    public Node Add(Node node, IReadOnlyList<Value?>? inputs = null, NodeAttributes? attributes = null)
    {
        inputs ??= [.. node.Inputs.Select(input => input is null ? null : Map(input))];
        var copy = Target.AddNode(node.Name, node.OpType, node.Scope, inputs, [.. node.Outputs.Select(output => output?.Name)], Bodies(attributes ?? node.Attributes), node.Domain);
        for (var i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i] is not { } output) continue;
            copy.Outputs[i]!.Declare(output.ElementType, _shape(output));
            _values.Add(output, copy.Outputs[i]!);
        }
        return copy;
    }

    /// <summary>A constant of the copy under a name that is free.</summary>
    public Value Constant(string name, TensorData data) => Target.AddParameter(FreeName(name), data, isConstant: true).Value;

    /// <summary>A name that neither the source nor the copy uses.</summary>
    public string FreeName(string name)
    {
        var free = name;
        for (var i = 2; Target.Values.ContainsKey(free) || Source.Values.ContainsKey(free); i++) free = $"{name}_{i}";
        return free;
    }

    /// <summary>Declares the outputs.</summary>
    public void Finish()
    {
        foreach (var output in Source.Outputs) Target.AddOutput(Map(output));
    }

    private NodeAttributes Bodies(NodeAttributes attributes)
    {
        if (!attributes.Any(attribute => attribute.Value is Graph)) return attributes;
        var copies = new NodeAttributes();
        foreach (var (name, value) in attributes) copies.AddOpaque(name, value is Graph body ? Body(body) : value);
        return copies;
    }

    private Graph Body(Graph body)
    {
        var copy = new GraphCopy(body, new Graph(body.Name, Target), _data, _shape, this);
        foreach (var node in body.Nodes) copy.Add(node);
        copy.Finish();
        return copy.Target;
    }
}
