namespace Espalier.Graphs.Shapes;

/// <summary>
/// Types, shapes and small contents of nodes' outputs from those of their inputs, operator by operator. What cannot be known stays
/// unknown; what cannot be executed is recorded as a conflict, never thrown.
/// </summary>
internal static class ShapeInference
{
    /// <summary>Sets type, shape and contents of the node's outputs as far as they follow from its inputs.</summary>
    /// <param name="node">The node.</param>
    /// <param name="conflicts">Receives what does not fit together.</param>
    public static void Infer(Node node, ICollection<ShapeConflict> conflicts)
    {
        if (ShapeRules.Find(node) is not { } rule) return;
        foreach (var output in node.Outputs) output?.Forget();
        try
        {
            rule(new NodeShapes(node, conflicts));
        }
        catch (EspalierException error)
        {
            // A missing input or an attribute of the wrong kind: the node is malformed.
            conflicts.Add(new ShapeConflict(node, error.Problem, []));
        }
        foreach (var output in node.Outputs) output?.Complete();
    }

    /// <summary>Infers a whole graph anew, after sizes of inputs or parameters have changed.</summary>
    /// <param name="graph">The graph; its nodes' outputs are overwritten.</param>
    /// <returns>What does not fit together.</returns>
    public static List<ShapeConflict> Infer(Graph graph)
    {
        var conflicts = new List<ShapeConflict>();
        foreach (var node in graph.Nodes)
        {
            // Loops infer their bodies themselves, with the shapes of their states.
            if (node.OpType == "If")
            {
                foreach (var branch in node.Attributes.Select(attribute => attribute.Value).OfType<Graph>()) Infer(branch);
            }
            Infer(node, conflicts);
        }
        return conflicts;
    }
}
