using Espalier.Graphs;

namespace Espalier.Torch.Execution;

/// <summary>
/// The nodes that lead from given values to wanted ones, in order, and when each value is needed for the last time. Whatever does not contribute
/// is left out: a plan for the inputs of a block's layers does not compute the block's last product.
/// </summary>
public sealed class ExecutionPlan
{
    // Operators whose outputs are views of their inputs or of each other, or may be.
    private static readonly HashSet<string> ViewOperators =
    [
        "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand", "Identity", "Dropout", "Slice", "Split", "Cast", "CastLike", "Max", "Min", "Sum", "Einsum",
        "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp",
        "CumSum", "TopK", "Attention", "RNN", "GRU", "LSTM", "If", "Loop", "Scan",
        "Pad", "Resize", "Upsample", "DepthToSpace", "SpaceToDepth",
    ];

    private ExecutionPlan(IReadOnlyList<Step> steps, IReadOnlySet<Value> feeds, IReadOnlyList<Value> targets)
    {
        Steps = steps;
        Feeds = feeds;
        Targets = targets;
    }

    /// <summary>Values that the caller provides.</summary>
    public IReadOnlySet<Value> Feeds { get; }

    /// <summary>Values that the plan computes for the caller.</summary>
    public IReadOnlyList<Value> Targets { get; }

    internal IReadOnlyList<Step> Steps { get; }

    /// <summary>Parameters that the plan reads, those of control-flow bodies included.</summary>
    public IEnumerable<Parameter> Parameters => Steps.SelectMany(step => GraphBodies.Parameters(step.Node)).Distinct();

    /// <summary>Makes a plan.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="feeds">Values that will be given; nodes before them are not executed.</param>
    /// <param name="targets">Values wanted.</param>
    /// <exception cref="EspalierException">A target depends on a graph input that is not fed.</exception>
    public static ExecutionPlan Create(Graph graph, IEnumerable<Value> feeds, IEnumerable<Value> targets)
    {
        var given = feeds.ToHashSet();
        var wanted = targets.Distinct().ToArray();
        var needed = Needed(given, wanted);
        var nodes = graph.Nodes.Where(needed.Contains).ToArray();
        var lastUse = new Dictionary<Value, int>();
        for (var i = 0; i < nodes.Length; i++)
        {
            foreach (var input in GraphBodies.Reads(nodes[i]))
            {
                if (input.Parameter is null && !given.Contains(input)) lastUse[input] = i;
            }
            // An output that nobody reads is released at once.
            foreach (var output in nodes[i].Outputs)
            {
                if (output is not null) lastUse.TryAdd(output, i);
            }
        }
        foreach (var target in wanted) lastUse.Remove(target);
        var released = lastUse.ToLookup(pair => pair.Value, pair => pair.Key);
        var viewed = nodes.Where(node => ViewOperators.Contains(node.OpType)).SelectMany(GraphBodies.Reads).ToHashSet();
        return new ExecutionPlan([.. nodes.Select((node, i) => new Step(node, OperatorTable.Find(node), [.. released[i]], Overwritable(node, i, lastUse, viewed), Bodies(node)))], given, wanted);
    }

    /// <summary>Plans of the bodies of a node, made when a body first runs: of the branches of an If often only one does.</summary>
    private static Dictionary<Graph, Lazy<ExecutionPlan>> Bodies(Node node) => GraphBodies.Of(node).ToDictionary(
        body => body,
        body => new Lazy<ExecutionPlan>(() => Create(body, [.. body.Inputs, .. GraphBodies.Captured(body).Where(static value => value.Parameter is null)], body.Outputs)));

    /// <summary>Bit i: input i is computed here, used for the last time, used once by this node, and no view shares its memory.</summary>
    private static int Overwritable(Node node, int step, Dictionary<Value, int> lastUse, HashSet<Value> viewed)
    {
        var bits = 0;
        for (var i = 0; i < Math.Min(node.Inputs.Count, 31); i++)
        {
            if (node.Inputs[i] is not { Producer: { } producer } value || !lastUse.TryGetValue(value, out var last) || last != step) continue;
            if (viewed.Contains(value) || ViewOperators.Contains(producer.OpType) || node.Inputs.Count(input => input == value) > 1) continue;
            bits |= 1 << i;
        }
        return bits;
    }

    private static HashSet<Node> Needed(HashSet<Value> given, Value[] wanted)
    {
        var needed = new HashSet<Node>();
        var open = new Stack<Value>(wanted);
        while (open.TryPop(out var value))
        {
            if (given.Contains(value) || value.Parameter is not null) continue;
            if (value.Producer is not { } node) throw new EspalierException($"the graph input '{value.Name}' is needed but not given");
            if (!needed.Add(node)) continue;
            foreach (var input in GraphBodies.Reads(node)) open.Push(input);
        }
        return needed;
    }

    internal sealed record Step(Node Node, OperatorKernel Kernel, IReadOnlyList<Value> Release, int Overwritable, IReadOnlyDictionary<Graph, Lazy<ExecutionPlan>> Bodies);
}
