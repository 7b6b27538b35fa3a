using System.Diagnostics;
using Espalier.Graphs;
using Espalier.Numerics;
using Espalier.Torch.Calibration;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Methods.Runs;

/// <summary>The statistics of one block: one for each value that layers still to be pruned read.</summary>
internal sealed class BlockStatistics : IDisposable
{
    private readonly Dictionary<Value, LayerStatistics> _byInput = [];

    /// <summary>Prepares empty statistics.</summary>
    public BlockStatistics(PlannedBlock block, IEnumerable<LinearLayer> todo, StatisticsNeeds needs, KernelSettings kernels, int samples)
    {
        if (needs == StatisticsNeeds.None) return;
        var wanted = todo.Select(layer => layer.Input).ToHashSet();
        foreach (var group in block.Groups.Where(group => wanted.Contains(group.Key)))
            _byInput.Add(group.Key, new LayerStatistics(group.First().Inputs, needs, kernels, samples));
    }

    /// <summary>The values to observe.</summary>
    public IReadOnlyCollection<Value> Inputs => _byInput.Keys;

    /// <summary>The statistics of a value; null if none were asked for.</summary>
    public LayerStatistics? Of(Value input) => _byInput.GetValueOrDefault(input);

    /// <summary>Adds the activations of one sample.</summary>
    /// <param name="input">The value.</param>
    /// <param name="activations">[1, tokens, features].</param>
    /// <param name="watch">Runs meanwhile.</param>
    public unsafe void Add(Value input, Tensor activations, Stopwatch watch)
    {
        watch.Start();
        using (var scope = NewDisposeScope())
        {
            var rows = activations.to(ScalarType.Float32).cpu().contiguous();
            _byInput[input].Add((float*)TensorInterop.Address(rows), checked((int)(rows.numel() / rows.shape[^1])));
        }
        watch.Stop();
    }

    /// <summary>Releases all.</summary>
    public void Dispose()
    {
        foreach (var statistics in _byInput.Values) statistics.Dispose();
    }
}
