using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>
/// The coupled dimensions of a graph, derived from the semantics of its operators: which axes of which parameters shrink together, in
/// which units, and what must keep its size and why.
/// </summary>
public sealed class CouplingMap
{
    private readonly CouplingBuilder _builder;

    private CouplingMap(CouplingBuilder builder)
    {
        _builder = builder;
        (Groups, Frozen) = new GroupCollector(builder).Collect();
    }

    /// <summary>The graph.</summary>
    public Graph Graph => _builder.Graph;

    /// <summary>Groups of units that can be removed, in the order of the graph.</summary>
    public IReadOnlyList<CoupledGroup> Groups { get; }

    /// <summary>Dimensions of weights that must keep their size.</summary>
    public IReadOnlyList<FrozenDimension> Frozen { get; }

    /// <summary>Products in which axes of weights disappear: the consumers of channels.</summary>
    public IReadOnlyList<Contraction> Contractions => _builder.Contractions;

    /// <summary>Analyses a graph.</summary>
    public static CouplingMap Of(Graph graph) => new(CouplingBuilder.Run(graph));

    /// <summary>Resolved terms of the axes of a value; null if its rank is unknown.</summary>
    internal IReadOnlyList<DimensionTerm>? Terms(Value value) => _builder.Terms(value)?.Select(term => TermUnifier.Resolve(term)).ToArray();
}
