using System.Diagnostics.CodeAnalysis;
using Espalier.Tensors;

namespace Espalier.Formats;

/// <summary>A tensor collection in memory, filled by name; the order of the names is the order of addition.</summary>
public sealed class InMemoryTensors : TensorCollection
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, TensorData> _tensors = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    public override string Origin => "memory";

    /// <summary>Adds a tensor, or replaces the one of that name at its place.</summary>
    public void Set(string name, TensorData data)
    {
        if (!_tensors.ContainsKey(name)) _names.Add(name);
        _tensors[name] = data;
    }

    /// <inheritdoc/>
    public override bool TryGet(string name, [NotNullWhen(true)] out TensorData? data) => _tensors.TryGetValue(name, out data);
}
