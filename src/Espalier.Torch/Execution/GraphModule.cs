using Espalier.Graphs;
using Espalier.Tensors;
using static TorchSharp.torch;
using GraphParameter = Espalier.Graphs.Parameter;
using TorchParameter = TorchSharp.Modules.Parameter;

namespace Espalier.Torch.Execution;

/// <summary>
/// A graph as a module: every parameter that is no constant, those of control-flow bodies included, is registered under its own name as a trainable
/// parameter of 32 bits (64 for doubles), and the forward pass records gradients. The graph itself changes only with <see cref="WriteBack"/>. Disposal releases the parameters.
/// </summary>
public sealed class GraphModule : nn.Module<Tensor, Tensor>, IParameterProvider
{
    private readonly ParameterCache _constants;
    private readonly Dictionary<GraphParameter, TorchParameter> _trainable = [];
    private readonly Dictionary<string, TorchParameter> _byName = new(StringComparer.Ordinal);
    private readonly GraphExecutor _executor;
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
        _input = graph.Inputs is [var only] ? only : null;
        // The module owns its parameters whatever scope it is made in.
        foreach (var (name, parameter) in GraphBodies.NamedParameters(graph).Where(pair => !pair.Parameter.IsConstant))
        {
            using var scope = NewDisposeScope();
            var trainable = nn.Parameter(TensorInterop.ToTensor(parameter.Data, device), requires_grad: parameter.Data.ElementType.IsFloat());
            trainable.DetachFromDisposeScope();
            _trainable.Add(parameter, trainable);
            _byName.Add(name, trainable);
            register_parameter(name, trainable);
        }
    }

    /// <summary>The graph that is executed.</summary>
    public Graph Graph { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>The trainable parameters by name, in the order of the graph.</summary>
    public IReadOnlyDictionary<string, TorchParameter> Trainable => _byName;

    /// <inheritdoc/>
    public Tensor Get(GraphParameter parameter) => _trainable.TryGetValue(parameter, out var own) ? own : _constants.Get(parameter);

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

    /// <summary>Executes any plan over the graph with these parameters.</summary>
    /// <inheritdoc cref="GraphExecutor.Run"/>
    public Tensor[] Run(ExecutionPlan plan, IReadOnlyDictionary<Value, Tensor> feeds, Action<Value, Tensor>? observe = null) => _executor.Run(plan, feeds, observe);

    /// <summary>Copies the values as they are now into the graph's parameters, as 32-bit floats in memory.</summary>
    public void WriteBack()
    {
        foreach (var (parameter, trainable) in _trainable) parameter.Replace(TensorInterop.ToData(trainable));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _constants.Dispose();
            foreach (var trainable in _byName.Values) trainable.Dispose();
        }
        base.Dispose(disposing);
    }
}
