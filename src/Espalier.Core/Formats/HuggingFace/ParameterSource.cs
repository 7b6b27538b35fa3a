using Espalier.Tensors;

namespace Espalier.Formats.HuggingFace;

/// <summary>
/// Hands tensors of a checkpoint to a builder, and checks name, shape and type at the door. Without a checkpoint it only notes what the builder asks for.
/// </summary>
internal sealed class ParameterSource(TensorCollection? tensors)
{
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly List<TensorDescription> _asked = [];

    /// <summary>What the builder asked for, in order.</summary>
    public IReadOnlyList<TensorDescription> Asked => _asked;

    /// <summary>The tensor of a name, if the checkpoint has it.</summary>
    public bool Has(string name) => tensors?.Contains(name) ?? false;

    /// <summary>A tensor that must exist with the shape that the configuration implies.</summary>
    public TensorData Get(string name, params ReadOnlySpan<long> shape)
    {
        var expected = new TensorShape(shape);
        _asked.Add(new TensorDescription(name, expected));
        if (tensors is null) return new UnwrittenTensor(expected);
        var data = tensors[name];
        if (data.Shape != expected)
            throw new InvalidFileException(tensors.Origin, $"its shape is {data.Shape}, but the configuration implies {expected}", $"tensor '{name}'", "Use the config.json that belongs to the weights");
        if (!data.ElementType.IsFloat())
            throw new InvalidFileException(tensors.Origin, $"its type {data.ElementType} is not a floating-point type", $"tensor '{name}'", "Use an unquantised checkpoint or a GGUF file");
        _used.Add(name);
        return data;
    }

    /// <summary>Refuses tensors that the architecture has no place for, so that nothing is dropped silently.</summary>
    /// <param name="harmless">Endings of names that may be left out, such as stored rotary tables.</param>
    public void RefuseUnused(params ReadOnlySpan<string> harmless)
    {
        foreach (var name in tensors?.Names ?? [])
        {
            if (_used.Contains(name)) continue;
            var known = false;
            foreach (var ending in harmless) known |= name.EndsWith(ending, StringComparison.Ordinal);
            if (!known)
                throw new InvalidFileException(tensors!.Origin, "the architecture in config.json has no place for it", $"tensor '{name}'", "Use the config.json that belongs to the weights");
        }
    }
}
