using Espalier.Coupling;
using Espalier.Coupling.Surgery;
using Espalier.Graphs;

namespace Espalier.Structure;

/// <summary>Predicts what a cut model costs from the kept sizes of all axes, without cutting it. Conventions: <see cref="CostModel"/>.</summary>
public sealed class StructureCost
{
    private readonly CouplingMap _map;
    private readonly IReadOnlyDictionary<string, long> _sizes;
    private readonly Parameter[] _weights;
    private readonly Node[] _nodes;

    /// <summary>Prepares the prediction.</summary>
    /// <param name="map">The coupled dimensions.</param>
    /// <param name="sizes">Sizes of the symbols of the inputs.</param>
    public StructureCost(CouplingMap map, IReadOnlyDictionary<string, long> sizes)
    {
        _map = map;
        _sizes = sizes;
        _weights = [.. map.Graph.Parameters.Values.Where(parameter => parameter.Role == ParameterRole.Weight)];
        var dense = new MacCounter(sizes);
        _nodes = [.. map.Graph.Nodes.Where(node => dense.Count(node) is > 0)];
        Dense = Predict(new Dictionary<CoupledGroup, IReadOnlyCollection<int>>());
    }

    /// <summary>The model as it is.</summary>
    public StructureSize Dense { get; }

    /// <summary>The model after a removal.</summary>
    public StructureSize Predict(IReadOnlyDictionary<CoupledGroup, IReadOnlyCollection<int>> removals)
    {
        var cut = new CutSizes(_map, GraphSurgery.Removed(removals));
        var counter = new MacCounter(_sizes, cut.Shape);
        var parameters = _weights.Sum(weight => Enumerable.Range(0, weight.Shape.Rank).Aggregate(1L, (count, axis) => count * (cut.Size(weight.Value, axis).Size ?? 0)));
        return new StructureSize(parameters, _nodes.Sum(node => counter.Count(node) ?? 0));
    }
}
