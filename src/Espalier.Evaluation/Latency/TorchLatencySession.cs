using Espalier.Graphs;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using static TorchSharp.torch;

namespace Espalier.Evaluation;

/// <summary>A model in Espalier's own executor on libtorch, on the CPU, in 32-bit floats.</summary>
internal sealed class TorchLatencySession : ILatencySession
{
    private readonly Graph _graph;
    private readonly ExecutionPlan _plan;
    private readonly ParameterCache _parameters = new(CPU);
    private readonly GraphExecutor _executor;
    private readonly int _seed;

    public TorchLatencySession(Graph graph, int seed)
    {
        _graph = graph;
        _seed = seed;
        _plan = ExecutionPlan.Create(graph, graph.Inputs, [graph.Values["logits"], .. KeyValueCache.OutputsOf(graph)]);
        _executor = new GraphExecutor(_parameters);
        foreach (var parameter in _plan.Parameters) _parameters.Get(parameter);
        Runtime = $"Espalier on libtorch {TorchRuntime.Describe().Version}";
    }

    public string Runtime { get; }

    public ILatencyStep Prepare(ReadOnlySpan<int> ids, int past)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)_seed, CPU);
        var feeds = new Dictionary<Value, Tensor>
        {
            [_graph.Values["input_ids"]] = tensor(Array.ConvertAll(ids.ToArray(), id => (long)id), [1, ids.Length]),
            [_graph.Values["attention_mask"]] = ones([1, past + ids.Length], ScalarType.Int64),
            [_graph.Values["position_ids"]] = arange(past, past + ids.Length, ScalarType.Int64).unsqueeze(0),
        };
        foreach (var input in KeyValueCache.InputsOf(_graph))
            feeds[input] = rand([1, KeyValueCache.Size(input, 1), past, KeyValueCache.Size(input, 3)], ScalarType.Float32, generator: generator);
        foreach (var tensor in feeds.Values) tensor.DetachFromDisposeScope();
        return new Step(_executor, _plan, feeds);
    }

    public void Dispose() => _parameters.Dispose();

    private sealed class Step(GraphExecutor executor, ExecutionPlan plan, Dictionary<Value, Tensor> feeds) : ILatencyStep
    {
        public void Run()
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            foreach (var result in executor.Run(plan, feeds)) result.Dispose();
        }

        public void Dispose()
        {
            foreach (var tensor in feeds.Values) tensor.Dispose();
        }
    }
}
