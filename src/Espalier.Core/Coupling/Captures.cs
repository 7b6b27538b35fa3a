using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>Values of the outer graph that the bodies of a control-flow node read.</summary>
internal static class Captures
{
    /// <summary>The values, once each.</summary>
    public static IReadOnlyList<Value> Of(Node node)
    {
        var captured = new HashSet<Value>();
        foreach (var (_, value) in node.Attributes)
        {
            if (value is Graph body) Collect(body, captured);
        }
        return [.. captured];
    }

    private static void Collect(Graph body, HashSet<Value> captured)
    {
        var read = body.Nodes.SelectMany(node => node.Inputs.OfType<Value>().Concat(Of(node))).Concat(body.Outputs);
        foreach (var value in read)
        {
            if (!body.Values.TryGetValue(value.Name, out var own) || own != value) captured.Add(value);
        }
    }
}
