using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>Why a dimension must keep its size.</summary>
/// <param name="Text">What stands against it, as part of a sentence.</param>
/// <param name="Node">The node that says so; null for the model's inputs and outputs.</param>
public sealed record FreezeReason(string Text, Node? Node = null)
{
    /// <summary>Text and node.</summary>
    public override string ToString() => Node is null ? Text : $"{Text} ({Node.OpType} '{Node.Name}')";
}
