using Espalier.Graphs;
using static TorchSharp.torch;

namespace Espalier.Evaluation;

/// <summary>The key/value tensors of one sequence, [1, kv heads, past, head dim] per layer, in the order of the graph's inputs.</summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly IReadOnlyList<Value> _inputs;
    private readonly Tensor[] _tensors;

    /// <summary>Creates a cache of random content, for timing, or an empty one.</summary>
    /// <param name="graph">Graph in the cached form.</param>
    /// <param name="device">Device of the tensors.</param>
    /// <param name="length">Positions held.</param>
    public KeyValueCache(Graph graph, Device device, int length = 0)
    {
        _inputs = InputsOf(graph);
        Length = length;
        _tensors = [.. _inputs.Select(input => rand(1, Size(input, 1), length, Size(input, 3), ScalarType.Float32, device).DetachFromDisposeScope())];
    }

    /// <summary>Positions held.</summary>
    public int Length { get; private set; }

    /// <summary>The graph's inputs <c>past_key_values.*</c> in order.</summary>
    /// <exception cref="EspalierException">The graph has none.</exception>
    public static IReadOnlyList<Value> InputsOf(Graph graph)
    {
        var inputs = graph.Inputs.Where(input => input.Name.StartsWith("past_key_values.", StringComparison.Ordinal)).ToArray();
        return inputs.Length > 0 ? inputs : throw new EspalierException("the graph has no inputs 'past_key_values', so it cannot generate step by step", graph.Name,
            "Build the model in its cached form");
    }

    /// <summary>The outputs that hold the cache after a step, in the order of <see cref="InputsOf"/>.</summary>
    public static IReadOnlyList<Value> OutputsOf(Graph graph) =>
        [.. InputsOf(graph).Select(input => graph.Values["present" + input.Name["past_key_values".Length..]])];

    /// <summary>Fixed size of an axis of a cache input.</summary>
    public static long Size(Value input, int axis) => input.Shape?[axis].Size
        ?? throw new EspalierException($"axis {axis} of the cache has no fixed size", $"input '{input.Name}'", "Build the model in its cached form");

    /// <summary>Adds the tensors to the feeds of a step; they stay owned by the cache.</summary>
    public void AddTo(Dictionary<Value, Tensor> feeds)
    {
        for (var i = 0; i < _tensors.Length; i++) feeds.Add(_inputs[i], _tensors[i]);
    }

    /// <summary>Takes over the cache that a step returned.</summary>
    /// <param name="presents">One tensor per input; owned by the cache from now on.</param>
    /// <param name="added">Positions added.</param>
    public void Replace(ReadOnlySpan<Tensor> presents, int added)
    {
        for (var i = 0; i < _tensors.Length; i++)
        {
            _tensors[i].Dispose();
            _tensors[i] = presents[i].DetachFromDisposeScope();
        }
        Length += added;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors) tensor.Dispose();
    }
}
