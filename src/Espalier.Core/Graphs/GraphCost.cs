namespace Espalier.Graphs;

/// <summary>What a graph costs; conventions at <see cref="CostModel"/>.</summary>
/// <param name="Nodes">Every node in the graph's order.</param>
/// <param name="Scopes">Every module, with what lies inside it included; parents before children, the whole graph (empty name) first.</param>
public sealed record GraphCost(IReadOnlyList<NodeCost> Nodes, IReadOnlyList<ScopeCost> Scopes)
{
    /// <summary>Multiply-accumulates of one forward pass.</summary>
    public long Macs => Scopes[0].Macs;

    /// <summary>Number of parameters, constants left out, shared ones once.</summary>
    public long Parameters => Scopes[0].Parameters;

    /// <summary>Bytes of the parameters as they are stored.</summary>
    public long Bytes => Scopes[0].Bytes;

    /// <summary>Nodes whose MACs could not be counted: an operator without a rule, or a shape that is not known. If there are any, <see cref="Macs"/> is a lower bound.</summary>
    public IEnumerable<Node> Uncounted => Nodes.Where(cost => cost.Macs is null).Select(cost => cost.Node);
}

/// <summary>What one node costs.</summary>
/// <param name="Node">The node.</param>
/// <param name="Macs">Multiply-accumulates, or null if they could not be counted.</param>
public sealed record NodeCost(Node Node, long? Macs);

/// <summary>What one module costs, everything inside it included.</summary>
/// <param name="Scope">Module path; empty for the whole graph.</param>
/// <param name="Macs">Multiply-accumulates of the nodes that could be counted.</param>
/// <param name="Parameters">Number of parameters.</param>
/// <param name="Bytes">Bytes of the parameters as they are stored.</param>
public sealed record ScopeCost(string Scope, long Macs, long Parameters, long Bytes);
