namespace Espalier.Graphs;

/// <summary>
/// Counts multiply-accumulates, parameters and bytes on the graph, node by node. Conventions: one MAC is one multiplication and one addition;
/// only products of matrices, convolutions and attention count, everything elementwise, normalisations, softmax, rotations and table look-ups are
/// 0; attention counts Q·K^T and P·V over all keys, also those that a causal or other mask hides; zeros in weights count like other values.
/// </summary>
public static class CostModel
{
    /// <summary>Measures a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="sizes">Sizes of the symbols that the shapes use, for example <c>batch</c> 1 and <c>sequence</c> 1024 (and <c>past_sequence</c> with a cache).</param>
    /// <exception cref="UsageException">A symbol that is needed has no size, or a size is negative.</exception>
    public static GraphCost Measure(Graph graph, IReadOnlyDictionary<string, long> sizes)
    {
        foreach (var (symbol, size) in sizes)
        {
            if (size < 0) throw new UsageException($"the size {size} of '{symbol}' is negative", nameof(sizes), "Use 0 or more");
        }
        var counter = new MacCounter(sizes);
        var nodes = graph.Nodes.Select(node => new NodeCost(node, counter.Count(node))).ToArray();
        var scopes = new ScopeTable();
        foreach (var cost in nodes) scopes.Add(cost.Node.Scope, cost.Macs ?? 0, 0, 0);
        var users = FirstUsers(graph);
        foreach (var parameter in graph.Parameters.Values.Where(parameter => !parameter.IsConstant))
            scopes.Add(users.GetValueOrDefault(parameter.Value)?.Scope ?? "", 0, parameter.Shape.ElementCount, parameter.Data.StoredBytes);
        return new GraphCost(nodes, scopes.Rows);
    }

    // A parameter that several modules share counts once, with the first of them.
    private static Dictionary<Value, Node> FirstUsers(Graph graph)
    {
        var users = new Dictionary<Value, Node>();
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                if (input?.Parameter is not null) users.TryAdd(input, node);
            }
        }
        return users;
    }

    private sealed class ScopeTable
    {
        private readonly OrderedDictionary<string, ScopeCost> _rows = new(StringComparer.Ordinal) { [""] = new ScopeCost("", 0, 0, 0) };

        public IReadOnlyList<ScopeCost> Rows => [.. _rows.Values];

        /// <summary>Adds to a module and to all modules around it.</summary>
        public void Add(string scope, long macs, long parameters, long bytes)
        {
            AddTo("", macs, parameters, bytes);
            for (var end = 0; end < scope.Length;)
            {
                var dot = scope.IndexOf('.', end + 1);
                end = dot < 0 ? scope.Length : dot;
                AddTo(scope[..end], macs, parameters, bytes);
            }
        }

        private void AddTo(string scope, long macs, long parameters, long bytes)
        {
            var row = _rows.TryGetValue(scope, out var known) ? known : new ScopeCost(scope, 0, 0, 0);
            _rows[scope] = row with
            {
                Macs = Saturating.Add(row.Macs, macs),
                Parameters = Saturating.Add(row.Parameters, parameters),
                Bytes = Saturating.Add(row.Bytes, bytes),
            };
        }
    }
}
