namespace Espalier.Coupling;

/// <summary>Maps the indices of an axis to the units of atoms, through products and sums.</summary>
internal static class UnitMap
{
    /// <summary>For each index of the axis the unit of the atom, or -1.</summary>
    /// <param name="term">A resolved term of fixed size.</param>
    /// <param name="atom">The atom.</param>
    public static int[] Of(DimensionTerm term, Atom atom)
    {
        var size = checked((int)term.Size.Size!.Value);
        var map = new int[size];
        Fill(term, atom, map);
        return map;
    }

    /// <summary>Which indices of an axis are left when units of atoms are removed.</summary>
    /// <param name="term">A resolved term of fixed size.</param>
    /// <param name="removed">For atoms that lose units: true for each unit removed.</param>
    public static bool[] Kept(DimensionTerm term, IReadOnlyDictionary<Atom, bool[]> removed)
    {
        switch (term)
        {
            case Atom atom:
                return removed.TryGetValue(atom, out var gone) ? [.. gone.Select(unit => !unit)] : All(atom.Size.Size!.Value);
            case ProductTerm product:
                var result = All(1);
                foreach (var factor in product.Factors)
                {
                    var inner = Kept(factor, removed);
                    result = [.. result.SelectMany(outer => inner.Select(own => outer && own))];
                }
                return result;
            default:
                return [.. ((SumTerm)term).Segments.SelectMany(segment => Kept(segment, removed))];
        }
    }

    private static bool[] All(long count)
    {
        var all = new bool[checked((int)count)];
        Array.Fill(all, true);
        return all;
    }

    private static void Fill(DimensionTerm term, Atom atom, Span<int> map)
    {
        switch (term)
        {
            case Atom own:
                for (var i = 0; i < map.Length; i++) map[i] = own == atom ? i : -1;
                break;
            case ProductTerm product:
                map.Fill(-1);
                var block = map.Length;
                foreach (var factor in product.Factors)
                {
                    var size = checked((int)factor.Size.Size!.Value);
                    var inner = new int[size];
                    Fill(factor, atom, inner);
                    block /= size;
                    for (var i = 0; i < map.Length; i++)
                    {
                        if (inner[i / block % size] is var unit and >= 0) map[i] = unit;
                    }
                }
                break;
            case SumTerm sum:
                foreach (var segment in sum.Segments)
                {
                    var size = checked((int)segment.Size.Size!.Value);
                    Fill(segment, atom, map[..size]);
                    map = map[size..];
                }
                break;
        }
    }
}
