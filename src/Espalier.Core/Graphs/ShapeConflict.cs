namespace Espalier.Graphs;

/// <summary>An inconsistency of sizes or a malformed node that no runtime would execute.</summary>
/// <param name="Node">The node.</param>
/// <param name="Problem">What does not fit together, with the sizes.</param>
/// <param name="Sizes">The sizes that do not fit together; empty if the node is malformed otherwise.</param>
public sealed record ShapeConflict(Node Node, string Problem, IReadOnlyList<Dim> Sizes)
{
    /// <summary>Node and problem.</summary>
    public override string ToString() => $"{Node}: {Problem}";
}
