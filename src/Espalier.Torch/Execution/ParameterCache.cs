using Espalier.Graphs;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution;

/// <summary>
/// Loads parameters when they are first needed, widened to 32-bit floats, and releases them on demand: while one block is worked on,
/// only its weights are resident.
/// </summary>
public sealed class ParameterCache : IParameterProvider, IDisposable
{
    private readonly Dictionary<Parameter, Tensor> _loaded = [];

    /// <summary>Creates an empty cache for a device.</summary>
    public ParameterCache(Device device)
    {
        Device = device;
    }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public Tensor Get(Parameter parameter)
    {
        if (_loaded.TryGetValue(parameter, out var tensor)) return tensor;
        using (var scope = NewDisposeScope())
        {
            tensor = TensorInterop.ToTensor(parameter.Data, Device).DetachFromDisposeScope();
        }
        _loaded.Add(parameter, tensor);
        return tensor;
    }

    /// <inheritdoc/>
    public Tensor? GatherRows(Parameter parameter, Tensor indices)
    {
        if (_loaded.ContainsKey(parameter) || parameter.IsConstant) return null;
        return TensorInterop.GatherRows(parameter.Data, indices, Device);
    }

    /// <summary>Releases every parameter but constants, which are small and needed by all blocks.</summary>
    public void Release()
    {
        foreach (var parameter in _loaded.Keys.Where(parameter => !parameter.IsConstant).ToArray())
        {
            _loaded.Remove(parameter, out var tensor);
            tensor!.Dispose();
        }
    }

    /// <summary>Releases everything.</summary>
    public void Dispose()
    {
        foreach (var tensor in _loaded.Values) tensor.Dispose();
        _loaded.Clear();
    }
}
