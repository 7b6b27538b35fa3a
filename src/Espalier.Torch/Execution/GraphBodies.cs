using Espalier.Graphs;

namespace Espalier.Torch.Execution;

/// <summary>Bodies of control-flow nodes, and what they read of the graphs around them.</summary>
internal static class GraphBodies
{
    /// <summary>The bodies of a node.</summary>
    public static IEnumerable<Graph> Of(Node node) => node.Attributes.Select(static pair => pair.Value).OfType<Graph>();

    /// <summary>Everything that a node reads: its inputs, and the values of its own graph and those around that its bodies read.</summary>
    public static IEnumerable<Value> Reads(Node node) => node.Inputs.OfType<Value>().Concat(Of(node).SelectMany(Captured));

    /// <summary>Values from outside a body that its nodes, its outputs or bodies within it read; parameters of outer graphs among them.</summary>
    public static IEnumerable<Value> Captured(Graph body) =>
        body.Nodes.SelectMany(Reads).Concat(body.Outputs).Where(value => !(body.Values.TryGetValue(value.Name, out var own) && own == value)).Distinct();

    /// <summary>Parameters that a node reads, with those that belong to its bodies.</summary>
    public static IEnumerable<Parameter> Parameters(Node node) =>
        Reads(node).Select(value => value.Parameter).OfType<Parameter>()
            .Concat(Of(node).SelectMany(static body => body.Nodes.SelectMany(Parameters).Concat(body.Outputs.Select(output => output.Parameter).OfType<Parameter>())));

    /// <summary>
    /// The parameters of a graph and of all bodies in it with unique names: their own, and where a body repeats one, with that of the node in front.
    /// </summary>
    public static IEnumerable<(string Name, Parameter Parameter)> NamedParameters(Graph graph)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        string Unique(string prefix, string name)
        {
            while (!names.Add(name)) name = $"{prefix}.{name}";
            return name;
        }
        IEnumerable<(string, Parameter)> Visit(Graph current, string prefix)
        {
            foreach (var parameter in current.Parameters.Values) yield return (Unique(prefix, parameter.Name), parameter);
            foreach (var node in current.Nodes)
            {
                foreach (var found in Of(node).SelectMany(body => Visit(body, $"{node.Name}.{body.Name}"))) yield return found;
            }
        }
        return Visit(graph, graph.Name);
    }
}
