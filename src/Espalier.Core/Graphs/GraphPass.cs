namespace Espalier.Graphs;

/// <summary>One rewrite of a graph. A pass leaves its input untouched and keeps the graph valid: outputs have the same names and values.</summary>
public abstract class GraphPass
{
    /// <summary>Rewrites a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A new graph, or the same one if there was nothing to change.</returns>
    public abstract Graph Run(Graph graph);
}
