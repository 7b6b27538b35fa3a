using Espalier.Graphs;
using Espalier.Tensors;
using static TorchSharp.torch;
using GraphParameter = Espalier.Graphs.Parameter;
using TorchParameter = TorchSharp.Modules.Parameter;

namespace Espalier.Torch.Execution;

/// <summary>
/// A graph as a module: every float weight, those of control-flow bodies included, is registered under its own name as a trainable parameter of 32 bits
/// (64 for doubles), running statistics as buffers, and the forward pass records gradients. A new module is in evaluation mode; after <c>train()</c>,
/// BatchNormalization uses the statistics of the batch and moves the running ones by the node's momentum (other operators work as before).
/// The graph itself changes only with <see cref="WriteBack"/>. Disposal releases parameters and buffers.
/// </summary>
public sealed class GraphModule : nn.Module<Tensor, Tensor>, IParameterProvider
{
    private readonly ParameterCache _constants;
    private readonly Dictionary<GraphParameter, TorchParameter> _trainable = [];
    private readonly Dictionary<GraphParameter, Tensor> _statistics = [];
    private readonly OrderedDictionary<string, TorchParameter> _byName = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, Tensor> _statisticsByName = new(StringComparer.Ordinal);
    private readonly GraphExecutor _executor;
    private readonly RunningStatistics _running;
    private readonly Value? _input;
    private ExecutionPlan? _plan;

    /// <summary>Copies the parameters to a device.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="device">Device of parameters and computation.</param>
    public GraphModule(Graph graph, Device device)
        : base(nameof(GraphModule))
    {
        Graph = graph;
        Device = device;
        _constants = new ParameterCache(device);
        _executor = new GraphExecutor(this);
        _running = new RunningStatistics(_statistics);
        _input = graph.Inputs is [var only] ? only : null;
        // The module owns its parameters whatever scope it is made in. Integers (quantised weights) are read as they are: no gradient reaches them.
        foreach (var (name, parameter) in GraphBodies.NamedParameters(graph).Where(pair => !pair.Parameter.IsConstant && pair.Parameter.Data.ElementType.IsFloat()))
        {
            using var scope = NewDisposeScope();
            var values = TensorInterop.ToTensor(parameter.Data, device);
            if (parameter.Role == ParameterRole.Statistic)
            {
                values.DetachFromDisposeScope();
                _statistics.Add(parameter, values);
                _statisticsByName.Add(name, values);
                register_buffer(name, values);
                continue;
            }
            var trainable = nn.Parameter(values, requires_grad: true);
            trainable.DetachFromDisposeScope();
            _trainable.Add(parameter, trainable);
            _byName.Add(name, trainable);
            register_parameter(name, trainable);
        }
        eval();
    }

    /// <summary>The graph that is executed.</summary>
    public Graph Graph { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>The trainable parameters by name, in the order of the graph.</summary>
    public IReadOnlyDictionary<string, TorchParameter> Trainable => _byName;

    /// <summary>The running statistics by name, in the order of the graph: no gradient reaches them, but they may be set.</summary>
    public IReadOnlyDictionary<string, Tensor> Statistics => _statisticsByName;

    /// <inheritdoc/>
    public Tensor Get(GraphParameter parameter) =>
        _trainable.TryGetValue(parameter, out var own) ? own : _statistics.TryGetValue(parameter, out var statistic) ? statistic : _constants.Get(parameter);

    /// <summary>Logits of token ids.</summary>
    /// <param name="input">Token ids [batch, sequence], 64-bit integers; for other graphs their only input.</param>
    /// <returns>The graph's first output, for language models logits [batch, sequence, vocabulary].</returns>
    /// <exception cref="EspalierException">The graph has several inputs, or a node failed.</exception>
    public override Tensor forward(Tensor input)
    {
        if (_input is null)
            throw new EspalierException($"the graph has {Graph.Inputs.Count} inputs, so one tensor does not say enough", $"graph '{Graph.Name}'", "Call Run with a plan and all inputs");
        _plan ??= ExecutionPlan.Create(Graph, [_input], [Graph.Outputs[0]]);
        return Run(_plan, new Dictionary<Value, Tensor> { [_input] = input })[0];
    }

    /// <summary>Executes any plan over the graph with these parameters, in the module's mode.</summary>
    /// <inheritdoc cref="GraphExecutor.Run(ExecutionPlan, IReadOnlyDictionary{Value, Tensor}, Action{Value, Tensor})"/>
    public Tensor[] Run(ExecutionPlan plan, IReadOnlyDictionary<Value, Tensor> feeds, Action<Value, Tensor>? observe = null) =>
        _executor.Run(plan, feeds, observe, training ? _running : null);

    /// <summary>Executes a plan as in evaluation mode, whatever the module's mode is.</summary>
    /// <inheritdoc cref="GraphExecutor.Run(ExecutionPlan, IReadOnlyDictionary{Value, Tensor}, Action{Value, Tensor})"/>
    public Tensor[] RunEvaluating(ExecutionPlan plan, IReadOnlyDictionary<Value, Tensor> feeds, Action<Value, Tensor>? observe = null) => _executor.Run(plan, feeds, observe, null);

    /// <summary>Executes a plan with batch normalisation as in training, and reports the statistics of the batch instead of moving the running ones.</summary>
    internal Tensor[] Run(ExecutionPlan plan, IReadOnlyDictionary<Value, Tensor> feeds, IBatchStatistics statistics) => _executor.Run(plan, feeds, null, statistics);

    /// <summary>Names of the trainable parameters that a plan reads, in the order of the graph.</summary>
    internal IEnumerable<string> TrainableOf(ExecutionPlan plan)
    {
        var read = plan.Parameters.ToHashSet();
        var tensors = _trainable.Where(pair => read.Contains(pair.Key)).Select(pair => pair.Value).ToHashSet<TorchParameter>(ReferenceEqualityComparer.Instance);
        return _byName.Where(pair => tensors.Contains(pair.Value)).Select(pair => pair.Key);
    }

    /// <summary>The running statistic of a graph parameter.</summary>
    internal Tensor Statistic(GraphParameter parameter) => _statistics[parameter];

    /// <summary>Copies weights and running statistics as they are now into the graph's parameters.</summary>
    /// <param name="keepTypes">
    /// True: in the types that the parameters have, as a graph must be that is written as ONNX again. False: as 32-bit floats in memory.
    /// </param>
    /// <exception cref="EspalierException">A type is to be kept that cannot be written.</exception>
    public void WriteBack(bool keepTypes = false)
    {
        foreach (var (parameter, trainable) in _trainable) Replace(parameter, trainable, keepTypes);
        WriteBackStatistics(keepTypes);
    }

    /// <summary>The same for running statistics alone.</summary>
    /// <param name="keepTypes">As for <see cref="WriteBack"/>.</param>
    public void WriteBackStatistics(bool keepTypes = false)
    {
        foreach (var (parameter, statistic) in _statistics) Replace(parameter, statistic, keepTypes);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _constants.Dispose();
            foreach (var trainable in _byName.Values) trainable.Dispose();
            foreach (var statistic in _statisticsByName.Values) statistic.Dispose();
        }
        base.Dispose(disposing);
    }

    private static void Replace(GraphParameter parameter, Tensor values, bool keepTypes) =>
        parameter.Replace(TensorInterop.ToData(values, keepTypes ? parameter.Data.ElementType : ElementType.F32));
}
