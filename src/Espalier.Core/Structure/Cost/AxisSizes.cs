using Espalier.Coupling;
using Espalier.Graphs;

namespace Espalier.Structure;

/// <summary>Sizes of axes while units go: a size depends only on how many units of each dimension are left.</summary>
internal sealed class AxisSizes
{
    private readonly CouplingMap _map;
    private readonly IReadOnlyDictionary<string, long> _symbols;
    private readonly Dictionary<Atom, long> _kept = [];
    private readonly Dictionary<Value, DimensionTerm?[]> _terms = [];

    public AxisSizes(CouplingMap map, IReadOnlyDictionary<string, long> symbols)
    {
        (_map, _symbols) = (map, symbols);
        foreach (var atom in map.Groups.SelectMany(group => group.Atoms)) _kept.Add(atom, atom.Size.Size!.Value);
    }

    /// <summary>Takes units of a dimension away, or with a negative count gives them back.</summary>
    public void Remove(Atom atom, int count) => _kept[atom] -= count;

    /// <summary>The size of an axis that groups may shrink; null for other axes, and where a symbol has no size.</summary>
    public long? Size(Value value, int axis) => Terms(value) is { } terms && terms[axis] is { } term ? Size(term) : null;

    /// <summary>Dimensions of groups that the axes of a value are made of.</summary>
    public IEnumerable<Atom> Dimensions(Value value) =>
        Terms(value)?.OfType<DimensionTerm>().SelectMany(TermUnifier.Leaves).Where(_kept.ContainsKey).Distinct() ?? [];

    /// <summary>Terms of the axes, null for axes that no group shrinks; they are resolved once.</summary>
    private DimensionTerm?[]? Terms(Value value)
    {
        if (_terms.TryGetValue(value, out var known)) return known;
        if (_map.Terms(value) is not { } terms) return null;
        var cut = terms.Select(term => TermUnifier.Leaves(term).Any(_kept.ContainsKey) ? term : null).ToArray();
        _terms.Add(value, cut);
        return cut;
    }

    private long? Size(DimensionTerm term)
    {
        switch (term)
        {
            case Atom atom:
                return _kept.TryGetValue(atom, out var kept) ? kept : atom.Size.Evaluate(_symbols);
            case ProductTerm product:
                var result = 1L;
                foreach (var factor in product.Factors)
                {
                    if (Size(factor) is not { } size) return null;
                    result = Saturating.Multiply(result, size);
                }
                return result;
            default:
                var sum = 0L;
                foreach (var segment in ((SumTerm)term).Segments)
                {
                    if (Size(segment) is not { } size) return null;
                    sum = Saturating.Add(sum, size);
                }
                return sum;
        }
    }
}
