namespace Espalier.Graphs;

/// <summary>One of the repeated modules of a model, for example a transformer block: what enters, what leaves, what lies between.</summary>
public sealed class GraphBlock
{
    internal GraphBlock(int index, string scope, IReadOnlyList<Node> nodes, IReadOnlyList<Value> liveIn, IReadOnlyList<Value> liveOut, Value streamInput)
    {
        Index = index;
        Scope = scope;
        Nodes = nodes;
        LiveIn = liveIn;
        LiveOut = liveOut;
        StreamInput = streamInput;
    }

    /// <summary>Position in the sequence of blocks, from 0.</summary>
    public int Index { get; }

    /// <summary>Module path, for example <c>model.layers.3</c>.</summary>
    public string Scope { get; }

    /// <summary>The block's nodes in topological order.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>Computed values and graph inputs from outside that the block reads.</summary>
    public IReadOnlyList<Value> LiveIn { get; }

    /// <summary>Values of the block that later nodes or the graph's outputs read.</summary>
    public IReadOnlyList<Value> LiveOut { get; }

    /// <summary>The value that flows from block to block: what the previous block, or what leads to the first one, hands to this block alone.</summary>
    public Value StreamInput { get; }

    /// <summary>Module path.</summary>
    public override string ToString() => Scope;
}
