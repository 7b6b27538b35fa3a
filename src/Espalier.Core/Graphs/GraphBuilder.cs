using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>Appends nodes to a graph under a current module path, and invents readable unique names.</summary>
public sealed class GraphBuilder
{
    private readonly Dictionary<string, int> _counters = new(StringComparer.Ordinal);
    private readonly Stack<string> _scopes = new([""]);

    /// <summary>Creates a builder over a new graph.</summary>
    public GraphBuilder(string name, int opsetVersion)
    {
        Graph = new Graph(name, opsetVersion);
    }

    /// <summary>The graph under construction.</summary>
    public Graph Graph { get; }

    /// <summary>Enters a module; dispose the result to leave it.</summary>
    /// <param name="module">Path relative to the current module, for example <c>layers.3</c>.</param>
    public IDisposable Scope(string module)
    {
        _scopes.Push(_scopes.Peek().Length == 0 ? module : $"{_scopes.Peek()}.{module}");
        return new ScopeExit(_scopes);
    }

    /// <summary>Runs a construction outside all modules, for what several modules share.</summary>
    public T AtRoot<T>(Func<T> construct)
    {
        _scopes.Push("");
        try
        {
            return construct();
        }
        finally
        {
            _scopes.Pop();
        }
    }

    /// <summary>Full name of something inside the current module.</summary>
    public string InScope(string name) => _scopes.Peek().Length == 0 ? name : $"{_scopes.Peek()}.{name}";

    /// <summary>A node with one output.</summary>
    public Value Op(string opType, ReadOnlySpan<Value?> inputs, NodeAttributes? attributes = null) => Op(opType, inputs, 1, attributes)[0];

    /// <summary>A node with several outputs.</summary>
    public Value[] Op(string opType, ReadOnlySpan<Value?> inputs, int outputs, NodeAttributes? attributes = null)
    {
        var name = Unique($"{_scopes.Peek()}/{opType}");
        var names = Enumerable.Range(0, outputs).Select(i => outputs == 1 ? $"{name}:out" : $"{name}:out{i}").ToArray();
        return NamedOp(name, opType, inputs, names, attributes);
    }

    /// <summary>A node whose outputs get given names.</summary>
    public Value[] NamedOp(string opType, ReadOnlySpan<Value?> inputs, IReadOnlyList<string> outputNames, NodeAttributes? attributes = null)
    {
        return NamedOp(Unique($"{_scopes.Peek()}/{opType}"), opType, inputs, outputNames, attributes);
    }

    /// <summary>A constant of the architecture, shared when its name exists already.</summary>
    public Value Constant(string name, TensorData data) =>
        Graph.Parameters.TryGetValue(name, out var known) ? known.Value : Graph.AddParameter(name, data, isConstant: true).Value;

    /// <summary>A list of integers as a constant.</summary>
    public Value Ints(params long[] values) =>
        Constant($"const.i64.{string.Join('_', values)}", ArrayTensorData.FromInt64(new TensorShape(values.Length), values));

    /// <summary>A scalar integer as a constant.</summary>
    public Value Int(long value) => Constant($"const.i64.scalar.{value}", ArrayTensorData.FromInt64(new TensorShape(), value));

    /// <summary>A scalar float as a constant.</summary>
    public Value Float(float value) =>
        Constant(FormattableString.Invariant($"const.f32.scalar.{value:R}"), ArrayTensorData.FromSingles(new TensorShape(), [value]));

    private Value[] NamedOp(string name, string opType, ReadOnlySpan<Value?> inputs, IReadOnlyList<string> outputNames, NodeAttributes? attributes)
    {
        var node = Graph.AddNode(name, opType, _scopes.Peek(), inputs.ToArray(), outputNames, attributes ?? NodeAttributes.None);
        return [.. node.Outputs.Select(output => output!)];
    }

    private string Unique(string stem)
    {
        var count = _counters.GetValueOrDefault(stem);
        _counters[stem] = count + 1;
        return count == 0 ? stem : $"{stem}_{count}";
    }

    private sealed class ScopeExit(Stack<string> scopes) : IDisposable
    {
        public void Dispose() => scopes.Pop();
    }
}
