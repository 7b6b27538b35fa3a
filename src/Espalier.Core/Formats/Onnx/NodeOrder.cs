using Espalier.Formats.Onnx.Schema;

namespace Espalier.Formats.Onnx;

/// <summary>Topological order of nodes. Files should have it already; runtimes accept others, so the reader sorts.</summary>
internal static class NodeOrder
{
    /// <summary>The nodes so that each comes after those whose outputs it or its bodies read; the file's order is kept where it is one.</summary>
    /// <param name="nodes">Nodes in the file's order.</param>
    /// <param name="file">The model, for messages.</param>
    /// <exception cref="InvalidFileException">Two nodes compute one value, or nodes wait for each other in a circle.</exception>
    public static IReadOnlyList<NodeProto> Sort(IReadOnlyList<NodeProto> nodes, string file)
    {
        var producers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var output in nodes[i].Output.Where(output => output.Length > 0))
            {
                if (!producers.TryAdd(output, i)) throw new InvalidFileException(file, $"two nodes compute the value '{output}'", $"node '{nodes[i].Name}'");
            }
        }
        var waiting = new int[nodes.Count];
        var readers = new List<int>?[nodes.Count];
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var name in Reads(nodes[i]).Distinct())
            {
                if (!producers.TryGetValue(name, out var producer)) continue;
                waiting[i]++;
                (readers[producer] ??= []).Add(i);
            }
        }
        var ready = new PriorityQueue<int, int>();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (waiting[i] == 0) ready.Enqueue(i, i);
        }
        var sorted = new List<NodeProto>(nodes.Count);
        while (ready.TryDequeue(out var next, out _))
        {
            sorted.Add(nodes[next]);
            foreach (var reader in readers[next] ?? [])
            {
                if (--waiting[reader] == 0) ready.Enqueue(reader, reader);
            }
        }
        if (sorted.Count == nodes.Count) return sorted;
        var stuck = Enumerable.Range(0, nodes.Count).First(i => waiting[i] > 0);
        throw new InvalidFileException(file, "the graph has a cycle: nodes wait for each other's outputs", $"node '{nodes[stuck].Name}' ({nodes[stuck].OpType})");
    }

    /// <summary>Names that a node reads: its inputs, and what its bodies take from outside.</summary>
    private static IEnumerable<string> Reads(NodeProto node)
    {
        foreach (var input in node.Input)
        {
            if (input.Length > 0) yield return input;
        }
        foreach (var attribute in node.Attribute)
        {
            if (attribute.G is null) continue;
            var inside = attribute.G.Input.Select(input => input.Name).Concat(attribute.G.Initializer.Select(tensor => tensor.Name))
                .Concat(attribute.G.Node.SelectMany(inner => inner.Output)).ToHashSet(StringComparer.Ordinal);
            foreach (var name in attribute.G.Node.SelectMany(Reads).Concat(attribute.G.Output.Select(output => output.Name)))
            {
                if (!inside.Contains(name)) yield return name;
            }
        }
    }
}
