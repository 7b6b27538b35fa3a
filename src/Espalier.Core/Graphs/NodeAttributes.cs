using System.Collections;
using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>
/// Attributes of a node by ONNX name. A value is a <see cref="long"/>, <see cref="float"/>, <see cref="string"/>,
/// an array of one of these, a <see cref="TensorData"/> or a <see cref="Graph"/>.
/// </summary>
public sealed class NodeAttributes : IEnumerable<KeyValuePair<string, object>>
{
    private readonly SortedDictionary<string, object> _values = new(StringComparer.Ordinal);

    /// <summary>No attributes.</summary>
    public static NodeAttributes None => [];

    /// <summary>Number of attributes.</summary>
    public int Count => _values.Count;

    /// <summary>Adds an integer.</summary>
    public void Add(string name, long value) => _values.Add(name, value);

    /// <summary>Adds a float.</summary>
    public void Add(string name, float value) => _values.Add(name, value);

    /// <summary>Adds a string.</summary>
    public void Add(string name, string value) => _values.Add(name, value);

    /// <summary>Adds a list of integers.</summary>
    public void Add(string name, long[] value) => _values.Add(name, value);

    /// <summary>Adds a list of floats.</summary>
    public void Add(string name, float[] value) => _values.Add(name, value);

    /// <summary>Adds a list of strings.</summary>
    public void Add(string name, string[] value) => _values.Add(name, value);

    /// <summary>Adds a tensor.</summary>
    public void Add(string name, TensorData value) => _values.Add(name, value);

    /// <summary>Adds a subgraph.</summary>
    public void Add(string name, Graph value) => _values.Add(name, value);

    /// <summary>Adds a value of a kind that is only carried from file to file.</summary>
    internal void AddOpaque(string name, object value) => _values.Add(name, value);

    /// <summary>True if the attribute is present.</summary>
    public bool Contains(string name) => _values.ContainsKey(name);

    /// <summary>An integer, or the default that the operator specifies.</summary>
    public long Int(string name, long defaultValue) => Find<long>(name, out var value) ? value : defaultValue;

    /// <summary>A float, or the default that the operator specifies.</summary>
    public float Float(string name, float defaultValue) => Find<float>(name, out var value) ? value : defaultValue;

    /// <summary>A string, or the default that the operator specifies.</summary>
    public string String(string name, string defaultValue) => Find<string>(name, out var value) ? value! : defaultValue;

    /// <summary>A tensor, or null.</summary>
    public TensorData? Tensor(string name) => Find<TensorData>(name, out var value) ? value : null;

    /// <summary>A subgraph, or null.</summary>
    public Graph? Body(string name) => Find<Graph>(name, out var value) ? value : null;

    /// <summary>A list of strings, or null.</summary>
    public string[]? Strings(string name) => Find<string[]>(name, out var value) ? value : null;

    /// <summary>A list of integers, or null.</summary>
    public long[]? Ints(string name) => Find<long[]>(name, out var value) ? value : null;

    /// <summary>A list of floats, or null.</summary>
    public float[]? Floats(string name) => Find<float[]>(name, out var value) ? value : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool Find<T>(string name, out T? value)
    {
        value = default;
        if (!_values.TryGetValue(name, out var found)) return false;
        value = found is T typed ? typed : throw new EspalierException($"attribute '{name}' is of type {found.GetType().Name}, expected {typeof(T).Name}");
        return true;
    }
}
