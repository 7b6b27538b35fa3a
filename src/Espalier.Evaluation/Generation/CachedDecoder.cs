using Espalier.Graphs;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Evaluation;

/// <summary>Runs steps of a graph in the cached form: the ids given follow the positions that the cache holds.</summary>
internal sealed class CachedDecoder : IDisposable
{
    private readonly Graph _graph;
    private readonly LogitsHead _head;
    private readonly ExecutionPlan _body;
    private readonly ParameterCache _parameters;
    private readonly GraphExecutor _executor;

    /// <summary>Prepares a model.</summary>
    /// <param name="graph">Graph in the cached form.</param>
    /// <param name="device">Where to compute.</param>
    public CachedDecoder(Graph graph, Device device)
    {
        _graph = graph;
        _head = new LogitsHead(graph);
        _body = ExecutionPlan.Create(graph, graph.Inputs, [_head.Hidden, .. KeyValueCache.OutputsOf(graph)]);
        _parameters = new ParameterCache(device);
        _executor = new GraphExecutor(_parameters);
    }

    /// <summary>Device of the model.</summary>
    public Device Device => _parameters.Device;

    /// <summary>Loads all weights that are not loaded yet, so that timing starts without it.</summary>
    public void Load()
    {
        foreach (var parameter in _body.Parameters) _parameters.Get(parameter);
    }

    /// <summary>An empty cache.</summary>
    public KeyValueCache NewCache() => new(_graph, Device);

    /// <summary>Runs one step and grows the cache.</summary>
    /// <param name="ids">Token ids that follow what the cache holds.</param>
    /// <param name="cache">Grown by the ids.</param>
    /// <param name="allPositions">Logits of all positions; else of the last one only.</param>
    /// <returns>Logits [positions, vocabulary], owned by the caller.</returns>
    public Tensor Step(ReadOnlySpan<int> ids, KeyValueCache cache, bool allPositions = false)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var results = _executor.Run(_body, Feeds(ids, cache));
        cache.Replace(results.AsSpan(1), ids.Length);
        var hidden = allPositions ? results[0] : results[0].narrow(1, ids.Length - 1, 1);
        return _head.Run(_executor, hidden).squeeze(0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _parameters.Dispose();

    private Dictionary<Value, Tensor> Feeds(ReadOnlySpan<int> ids, KeyValueCache cache)
    {
        var wide = new long[ids.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = ids[i];
        var feeds = new Dictionary<Value, Tensor>
        {
            [_graph.Values["input_ids"]] = tensor(wide, [1, wide.Length], ScalarType.Int64).to(Device),
            [_graph.Values["attention_mask"]] = ones([1, cache.Length + wide.Length], ScalarType.Int64, Device),
            [_graph.Values["position_ids"]] = arange(cache.Length, cache.Length + wide.Length, ScalarType.Int64, Device).unsqueeze(0),
        };
        cache.AddTo(feeds);
        return feeds;
    }
}
