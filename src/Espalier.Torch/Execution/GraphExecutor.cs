using Espalier.Graphs;
using Espalier.Tensors;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution;

/// <summary>Runs plans over a graph. Parameters come from a provider, so that a block's weights can be resident alone.</summary>
public sealed class GraphExecutor
{
    private readonly IParameterProvider _parameters;

    /// <summary>Creates an executor.</summary>
    /// <param name="parameters">Gives the tensors of parameters.</param>
    public GraphExecutor(IParameterProvider parameters)
    {
        _parameters = parameters;
    }

    /// <summary>Executes a plan.</summary>
    /// <param name="plan">What to compute.</param>
    /// <param name="feeds">Tensors of the plan's feeds; not consumed.</param>
    /// <param name="observe">Called with every computed or fed value when it exists; the tensor must not be kept or disposed.</param>
    /// <returns>The targets in the plan's order, owned by the caller.</returns>
    /// <exception cref="EspalierException">A node failed; node, operator and input shapes are named.</exception>
    public Tensor[] Run(ExecutionPlan plan, IReadOnlyDictionary<Value, Tensor> feeds, Action<Value, Tensor>? observe = null) => Run(plan, feeds, observe, null);

    /// <summary>Executes a plan; with <paramref name="statistics"/>, batch normalisation works as in training.</summary>
    internal Tensor[] Run(ExecutionPlan plan, IReadOnlyDictionary<Value, Tensor> feeds, Action<Value, Tensor>? observe, IBatchStatistics? statistics)
    {
        if (observe is not null)
        {
            foreach (var (value, tensor) in feeds) observe(value, tensor);
        }
        return RunSteps(plan, feeds, observe, statistics);
    }

    private Tensor[] RunSteps(ExecutionPlan plan, IReadOnlyDictionary<Value, Tensor> feeds, Action<Value, Tensor>? observe, IBatchStatistics? statistics)
    {
        // Tensors made here belong to the environment, which releases each after its last use.
        var environment = new Dictionary<Value, Tensor>();
        try
        {
            foreach (var step in plan.Steps)
            {
                Execute(step, feeds, environment, observe, statistics);
                foreach (var value in step.Release)
                {
                    if (environment.Remove(value, out var dead)) dead.Dispose();
                }
            }
            var results = new Tensor[plan.Targets.Count];
            for (var i = 0; i < results.Length; i++)
                results[i] = environment.Remove(plan.Targets[i], out var own) ? own : Find(plan.Targets[i], feeds, environment).alias();
            return results;
        }
        finally
        {
            foreach (var tensor in environment.Values) tensor.Dispose();
        }
    }

    /// <summary>Runs a body of control flow: it reads its inputs, parameters, and values of the graphs around it. Values in it are observed too.</summary>
    private Tensor[] RunBody(ExecutionPlan plan, Graph body, Tensor[] inputs, Func<Value, Tensor> outside, Action<Value, Tensor>? observe, IBatchStatistics? statistics)
    {
        if (inputs.Length != body.Inputs.Count) throw new ArgumentException($"the body '{body.Name}' has {body.Inputs.Count} inputs, and {inputs.Length} are given");
        var feeds = new Dictionary<Value, Tensor>();
        for (var i = 0; i < inputs.Length; i++) feeds.Add(body.Inputs[i], inputs[i]);
        foreach (var captured in plan.Feeds)
        {
            if (!feeds.ContainsKey(captured)) feeds.Add(captured, outside(captured));
        }
        var results = RunSteps(plan, feeds, observe, statistics);
        // A value may be several outputs of the body, but is one target of the plan.
        var outputs = new Tensor[body.Outputs.Count];
        var used = new HashSet<int>();
        for (var i = 0; i < outputs.Length; i++)
        {
            var target = plan.Targets.ToList().IndexOf(body.Outputs[i]);
            outputs[i] = used.Add(target) ? results[target] : results[target].alias();
        }
        return outputs;
    }

    private Tensor Find(Value value, IReadOnlyDictionary<Value, Tensor> feeds, Dictionary<Value, Tensor> environment) =>
        value.Parameter is { } parameter ? _parameters.Get(parameter) : environment.TryGetValue(value, out var own) ? own : feeds[value];

    private void Execute(
        ExecutionPlan.Step step, IReadOnlyDictionary<Value, Tensor> feeds, Dictionary<Value, Tensor> environment, Action<Value, Tensor>? observe, IBatchStatistics? statistics)
    {
        var node = step.Node;
        using var scope = NewDisposeScope();
        if (Lookup(node, feeds, environment) is { } rows)
        {
            environment.Add(node.Output, rows.DetachFromDisposeScope());
            observe?.Invoke(node.Output, rows);
            return;
        }
        var inputs = new Tensor?[node.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            if (node.Inputs[i] is not { } value) continue;
            inputs[i] = Find(value, feeds, environment);
        }
        Tensor[] outputs;
        try
        {
            Tensor[] Body(Graph body, Tensor[] given)
            {
                var results = RunBody(step.Bodies[body].Value, body, given, value => Find(value, feeds, environment), observe, statistics);
                scope.Attach(results);
                return results;
            }
            outputs = step.Kernel(new OperatorCall(node, inputs, _parameters.Device, step.Overwritable, Body, statistics));
        }
        catch (Exception e) when (e is System.Runtime.InteropServices.ExternalException or ArgumentException or InvalidOperationException or IndexOutOfRangeException or ArithmeticException)
        {
            var shapes = string.Join(", ", inputs.Select(input => input is null ? "none" : $"[{string.Join(", ", input.shape)}]"));
            throw new EspalierException($"{node.OpType} failed on inputs {shapes}: {FirstLine(e.Message)}", $"node '{node.Name}'", inner: e);
        }
        for (var i = 0; i < node.Outputs.Count && i < outputs.Length; i++)
        {
            if (node.Outputs[i] is not { } value) continue;
            // A result in the memory of an input gets a handle of its own, because the input's handle is released with the input.
            var computed = outputs[i];
            var output = Array.Exists(inputs, input => ReferenceEquals(input, computed)) ? computed.alias() : computed;
            environment.Add(value, output.DetachFromDisposeScope());
            observe?.Invoke(value, output);
        }
    }

    /// <summary>Looks rows of a table up without loading the table, if the provider can; else null.</summary>
    private Tensor? Lookup(Node node, IReadOnlyDictionary<Value, Tensor> feeds, Dictionary<Value, Tensor> environment)
    {
        if (node.OpType != "Gather" || node.Attributes.Int("axis", 0) != 0 || node.Input(0).Parameter is not { } table || node.Input(1) is not { Parameter: null } indices) return null;
        if (table.Shape.Rank != 2 || !table.Data.ElementType.IsFloat() || table.Data.ElementType == ElementType.F64) return null;
        var ids = environment.TryGetValue(indices, out var own) ? own : feeds[indices];
        return ids.dtype == ScalarType.Int64 ? _parameters.GatherRows(table, ids) : null;
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('.');
}
