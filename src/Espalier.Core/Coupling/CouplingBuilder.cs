using Espalier.Coupling.Rules;
using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>The state while rules visit the nodes of a graph: the terms of every value's axes, and what rules have noticed.</summary>
internal sealed class CouplingBuilder
{
    private readonly Dictionary<Value, IReadOnlyList<DimensionTerm>?> _terms = [];
    private readonly List<(DimensionTerm Term, UnitKind Kind)> _kinds = [];
    private readonly List<DimensionTerm> _statistics = [];
    private readonly List<Contraction> _contractions = [];
    private readonly Lazy<ILookup<Value, Node>> _readers;

    private CouplingBuilder(Graph graph)
    {
        Graph = graph;
        _readers = new Lazy<ILookup<Value, Node>>(() => graph.Nodes.SelectMany(node => node.Inputs.OfType<Value>().Distinct().Select(value => (value, node))).ToLookup(pair => pair.value, pair => pair.node));
    }

    /// <summary>The graph under analysis.</summary>
    public Graph Graph { get; }

    /// <summary>Makes terms equal.</summary>
    public TermUnifier Unifier { get; } = new();

    /// <summary>Products in which an axis disappears.</summary>
    public IReadOnlyList<Contraction> Contractions => _contractions;

    /// <summary>What rules say about units, in the order of the nodes.</summary>
    public IReadOnlyList<(DimensionTerm Term, UnitKind Kind)> Kinds => _kinds;

    /// <summary>Terms along which normalisations take statistics.</summary>
    public IReadOnlyList<DimensionTerm> Statistics => _statistics;

    /// <summary>Visits all nodes of a graph once.</summary>
    public static CouplingBuilder Run(Graph graph)
    {
        var builder = new CouplingBuilder(graph);
        foreach (var input in graph.Inputs) builder.FreezeAll(input, new FreezeReason($"the model's input '{input.Name}' has this axis"));
        foreach (var node in graph.Nodes) builder.Visit(node);
        foreach (var output in graph.Outputs) builder.FreezeAll(output, new FreezeReason($"the model's output '{output.Name}' has this axis"));
        return builder;
    }

    /// <summary>Nodes of the main graph that read a value.</summary>
    public IEnumerable<Node> Readers(Value value) => _readers.Value[value];

    /// <summary>Terms of the axes of a value; null if its rank is unknown. Values seen for the first time get fresh ones.</summary>
    public IReadOnlyList<DimensionTerm>? Terms(Value value)
    {
        if (_terms.TryGetValue(value, out var known)) return known;
        var terms = value.Shape is { } shape ? shape.Select(Unifier.Fresh).ToArray() : null;
        _terms.Add(value, terms);
        return terms;
    }

    /// <summary>Sets the terms of a node's output.</summary>
    public void Set(Value? output, IReadOnlyList<DimensionTerm> terms)
    {
        if (output is not null) _terms[output] = terms;
    }

    /// <summary>Says what the units of a term are.</summary>
    public void Mark(DimensionTerm term, UnitKind kind) => _kinds.Add((term, kind));

    /// <summary>Says that statistics are taken along a term, so that removing units changes the others.</summary>
    public void MarkStatistics(DimensionTerm term) => _statistics.Add(term);

    /// <summary>Records that an axis of a value disappears in a product with an axis of an activation.</summary>
    public void AddContraction(Node node, Value weight, int weightAxis, Value activation, int activationAxis)
    {
        if (WeightTrace.Follow(weight, weightAxis) is { } place)
            _contractions.Add(new Contraction(node, place.Parameter, place.Axis, activation, activationAxis));
    }

    /// <summary>Freezes all axes of a value.</summary>
    public void FreezeAll(Value value, FreezeReason reason)
    {
        foreach (var term in Terms(value) ?? []) TermUnifier.Freeze(term, reason);
    }

    private void Visit(Node node)
    {
        var context = new CouplingContext(this, node);
        if (CouplingRules.Find(node) is { } rule && context.RanksKnown)
        {
            try
            {
                rule(context);
                foreach (var output in node.Outputs) CheckRank(output, node);
            }
            catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or InvalidOperationException or OverflowException or KeyNotFoundException or DivideByZeroException)
            {
                // Attributes and shapes of a file are not to be trusted: an axis may be out of range, a permutation too short.
                throw new EspalierException("the inputs, attributes and shapes of the node do not belong together, so it cannot be analysed", node.ToString(), "Check the model with ONNX's checker", e);
            }
            return;
        }
        FreezeNode(node, context.RanksKnown ? new FreezeReason("the operator has no coupling rule", node) : new FreezeReason("a shape is not known", node));
    }

    /// <summary>An operator that is not understood: nothing that it touches may change.</summary>
    private void FreezeNode(Node node, FreezeReason reason)
    {
        foreach (var value in node.Inputs.Concat(Captures.Of(node)).Concat(node.Outputs).OfType<Value>()) FreezeAll(value, reason);
    }

    private void CheckRank(Value? output, Node node)
    {
        if (output?.Shape is not { } shape) return;
        if (Terms(output) is { } terms && terms.Count == shape.Count && Fits(terms, shape)) return;
        throw new InvalidOperationException($"The coupling rule of {node} gives '{output.Name}' the terms {string.Join(", ", Terms(output) ?? [])} for {output}.");
    }

    private static bool Fits(IReadOnlyList<DimensionTerm> terms, IReadOnlyList<Dim> shape) =>
        terms.Zip(shape).All(pair => pair.First.Size.Size is not { } size || pair.Second.Size is not { } expected || size == expected);
}
