using Espalier.Graphs;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Calibration;

/// <summary>
/// Carries calibration samples through a model block by block. Resident are the weights of one block and, for each sample, the values that
/// later blocks still read. Each block can be run for observation with its dense weights, then run again with its pruned weights to advance.
/// </summary>
public sealed class BlockStream : IDisposable
{
    private readonly Graph _graph;
    private readonly ParameterCache _parameters;
    private readonly GraphExecutor _executor;
    private readonly List<Dictionary<Value, Tensor>> _samples = [];
    private int _next;

    /// <summary>Feeds the samples to the model up to its first block.</summary>
    /// <param name="graph">A graph with one input of token ids.</param>
    /// <param name="blocks">Its blocks, in order.</param>
    /// <param name="samples">Token ids, one row a sample.</param>
    /// <param name="device">Device of the forward passes.</param>
    /// <param name="cancellation">Stops between samples.</param>
    public BlockStream(Graph graph, IReadOnlyList<GraphBlock> blocks, IReadOnlyList<long[]> samples, Device device, CancellationToken cancellation = default)
    {
        _graph = graph;
        Blocks = blocks;
        _parameters = new ParameterCache(device);
        _executor = new GraphExecutor(_parameters);
        var inside = blocks.SelectMany(block => block.Nodes).ToHashSet();
        var input = graph.Inputs.Single();
        var entering = blocks.SelectMany(block => block.LiveIn).Where(value => value.Producer is null || !inside.Contains(value.Producer)).Distinct().ToArray();
        var plan = ExecutionPlan.Create(graph, [input], entering);
        var tokenValues = entering.Where(value => DependsOnElements(value, input)).ToArray();
        var ofTokens = ExecutionPlan.Create(graph, [input], tokenValues);
        NativeHeap.MapLarge();
        try
        {
            foreach (var sample in samples)
            {
                cancellation.ThrowIfCancellationRequested();
                using var noGrad = no_grad();
                using var ids = tensor(sample, 1, sample.Length, ScalarType.Int64, device);
                // Positions are the same for all samples of a length.
                var twin = samples.Take(_samples.Count).Index().Where(other => other.Item.Length == sample.Length).Select(other => _samples[other.Index]).FirstOrDefault();
                var values = _executor.Run(twin is null ? plan : ofTokens, new Dictionary<Value, Tensor> { [input] = ids });
                var own = (twin is null ? entering : tokenValues).Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
                if (twin is not null)
                {
                    foreach (var value in entering.Except(tokenValues)) own.Add(value, twin[value].alias());
                }
                _samples.Add(own);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
        // The embedding has done its work.
        _parameters.Release();
        NativeHeap.Trim();
    }

    /// <summary>The blocks in order.</summary>
    public IReadOnlyList<GraphBlock> Blocks { get; }

    /// <summary>The block that the samples stand before; null after the last.</summary>
    public GraphBlock? Current => _next < Blocks.Count ? Blocks[_next] : null;

    /// <summary>
    /// Runs the current block as its parameters are now, as far as the wanted values demand: what follows the last of them is not computed.
    /// </summary>
    /// <param name="wanted">Values to observe, such as inputs of layers.</param>
    /// <param name="observe">Called for each sample and wanted value; the tensor must not be kept.</param>
    /// <param name="cancellation">Stops between samples.</param>
    public void Observe(IReadOnlyCollection<Value> wanted, Action<int, Value, Tensor> observe, CancellationToken cancellation = default)
    {
        var watched = wanted.ToHashSet();
        // Observed values are not kept as targets: each is released after its last use.
        var plan = ExecutionPlan.Create(_graph, _samples[0].Keys, wanted);
        Load(plan);
        NativeHeap.KeepFreed();
        for (var i = 0; i < _samples.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var noGrad = no_grad();
            var sample = i;
            var results = _executor.Run(plan, _samples[i], (value, tensor) =>
            {
                if (watched.Contains(value)) observe(sample, value, tensor);
            });
            foreach (var result in results) result.Dispose();
        }
        NativeHeap.MapLarge();
        NativeHeap.Trim();
    }

    /// <summary>Runs the current block as its parameters are now and moves the samples behind it.</summary>
    /// <param name="cancellation">Stops before the first sample only: a block is advanced as a whole.</param>
    public void Advance(CancellationToken cancellation = default)
    {
        var block = Current ?? throw new InvalidOperationException("The samples stand behind the last block.");
        cancellation.ThrowIfCancellationRequested();
        var plan = ExecutionPlan.Create(_graph, _samples[0].Keys, block.LiveOut);
        Load(plan);
        NativeHeap.KeepFreed();
        var later = Blocks.Skip(_next + 1).SelectMany(next => next.LiveIn).ToHashSet();
        foreach (var values in _samples)
        {
            using var noGrad = no_grad();
            var results = _executor.Run(plan, values);
            var dead = new List<Tensor>();
            foreach (var value in values.Keys.Where(value => !later.Contains(value)).ToArray())
            {
                values.Remove(value, out var tensor);
                dead.Add(tensor!);
            }
            for (var i = 0; i < results.Length; i++) values[block.LiveOut[i]] = Settle(results[i], dead);
            foreach (var tensor in dead) tensor.Dispose();
        }
        _parameters.Release();
        NativeHeap.MapLarge();
        NativeHeap.Trim();
        _next++;
    }

    /// <summary>Loads a plan's weights while large requests get pages of their own. Tables are left: only some rows of them are read.</summary>
    private void Load(ExecutionPlan plan)
    {
        using var noGrad = no_grad();
        foreach (var parameter in plan.Steps.Where(step => step.Node.OpType != "Gather").SelectMany(step => step.Node.Inputs).Select(input => input?.Parameter).OfType<Parameter>()) _ = _parameters.Get(parameter);
    }

    /// <summary>
    /// Copies a result into the memory of a value that died, if one has its shape. Long-lived tensors so stay where they are; left among short-lived ones,
    /// they tear the heap into holes as large as all samples together.
    /// </summary>
    private static Tensor Settle(Tensor result, List<Tensor> dead)
    {
        var index = dead.FindIndex(tensor => tensor.dtype == result.dtype && tensor.is_contiguous() && result.is_contiguous() && tensor.shape.AsSpan().SequenceEqual(result.shape));
        if (index < 0) return result;
        var home = dead[index];
        dead.RemoveAt(index);
        home.copy_(result);
        result.Dispose();
        return home;
    }

    /// <summary>False if a value depends on nothing but the shape of the input.</summary>
    private static bool DependsOnElements(Value value, Value input)
    {
        var seen = new HashSet<Value>();
        var open = new Stack<Value>([value]);
        while (open.TryPop(out var next))
        {
            if (next == input) return true;
            if (!seen.Add(next) || next.Producer is not { OpType: not "Shape" } producer) continue;
            foreach (var source in producer.Inputs)
            {
                if (source is not null) open.Push(source);
            }
        }
        return false;
    }

    /// <summary>Forgets loaded weights, after they were replaced in the graph.</summary>
    public void ReloadParameters() => _parameters.Release();

    /// <summary>Releases samples and weights.</summary>
    public void Dispose()
    {
        foreach (var tensor in _samples.SelectMany(sample => sample.Values)) tensor.Dispose();
        _samples.Clear();
        _parameters.Dispose();
        // Evaluations that follow want their short-lived tensors back from the heap.
        NativeHeap.KeepFreed();
    }
}
