using Espalier.Graphs;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Evaluation;

/// <summary>
/// Splits a language model before its head, the product that makes logits from hidden states. Logits are by far the largest tensor of a forward
/// pass (positions times vocabulary), so callers compute them for the positions that they need, some rows at a time.
/// </summary>
internal sealed class LogitsHead
{
    private readonly ExecutionPlan _plan;

    /// <summary>Finds the head of a graph with an output <c>logits</c> [batch, sequence, vocabulary].</summary>
    /// <exception cref="EspalierException">The graph has no such output.</exception>
    public LogitsHead(Graph graph)
    {
        var logits = graph.Outputs.FirstOrDefault(output => output.Name == "logits")
            ?? throw new EspalierException("the graph has no output 'logits', so it is no language model", graph.Name, "Use a model that predicts tokens");
        Hidden = HiddenOf(logits);
        _plan = ExecutionPlan.Create(graph, [Hidden], [logits]);
    }

    /// <summary>The value that enters the head [batch, sequence, hidden]; the logits themselves if nothing can be split off.</summary>
    public Value Hidden { get; }

    /// <summary>Logits of some positions.</summary>
    /// <param name="executor">Runs the head.</param>
    /// <param name="hidden">Hidden states [batch, positions, hidden].</param>
    /// <returns>Logits [batch, positions, vocabulary], owned by the caller.</returns>
    public Tensor Run(GraphExecutor executor, Tensor hidden) => executor.Run(_plan, new Dictionary<Value, Tensor> { [Hidden] = hidden })[0];

    // Walks back over what works on each position alone: additions and multiplications by parameters, and the product itself.
    private static Value HiddenOf(Value logits)
    {
        for (var value = logits; value.Producer is { } node;)
        {
            if (node.OpType == "MatMul" && IsParameter(node.Input(1)) && node.Input(0).Producer is not null) return node.Input(0);
            if (node.OpType is not ("Add" or "Mul") || !IsParameter(node.Input(1))) break;
            value = node.Input(0);
        }
        return logits;
    }

    private static bool IsParameter(Value value) => value.Parameter is not null || value.Producer is { OpType: "Transpose" } transpose && IsParameter(transpose.Input(0));
}
