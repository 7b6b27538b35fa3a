using Espalier.Graphs;

namespace Espalier.Coupling.Surgery;

/// <summary>What is left of every axis after a removal.</summary>
internal sealed class CutSizes(CouplingMap map, IReadOnlyDictionary<Atom, bool[]> removed)
{
    /// <summary>Sizes of a value's axes after the cut.</summary>
    public IReadOnlyList<Dim> Shape(Value value) => [.. Enumerable.Range(0, value.Shape!.Count).Select(axis => Size(value, axis))];

    /// <summary>Size of an axis after the cut.</summary>
    public Dim Size(Value value, int axis) => IsCut(value, axis) ? After(map.Terms(value)![axis]) : value.Shape![axis];

    /// <summary>True if an axis loses indices.</summary>
    public bool IsCut(Value value, int axis) => map.Terms(value) is { } terms && IsCut(terms[axis]);

    /// <summary>For each index of an axis whether it stays.</summary>
    public bool[] KeptFlags(Value value, int axis) => UnitMap.Kept(map.Terms(value)![axis], removed);

    /// <summary>For each axis the indices that stay, null for all; null if no axis is cut.</summary>
    public IReadOnlyList<int[]?>? Kept(Value value)
    {
        if (map.Terms(value) is not { } terms || !terms.Any(IsCut)) return null;
        return [.. terms.Select(term => IsCut(term) ? Indices(UnitMap.Kept(term, removed)) : null)];
    }

    private static int[] Indices(bool[] kept) => [.. Enumerable.Range(0, kept.Length).Where(index => kept[index])];

    private bool IsCut(DimensionTerm term) => term switch
    {
        Atom atom => removed.ContainsKey(atom),
        ProductTerm product => product.Factors.Any(IsCut),
        _ => ((SumTerm)term).Segments.Any(IsCut),
    };

    private Dim After(DimensionTerm term) => term switch
    {
        Atom atom => removed.TryGetValue(atom, out var gone) ? gone.Count(flag => !flag) : atom.Size,
        ProductTerm product => product.Factors.Aggregate((Dim)1, (size, factor) => size * After(factor)),
        _ => ((SumTerm)term).Segments.Aggregate((Dim)0, (size, segment) => size + After(segment)),
    };
}
