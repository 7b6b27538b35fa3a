using Espalier.Graphs;

namespace Espalier.Coupling.Rules;

/// <summary>Operators that regroup or reorder axes without touching elements.</summary>
internal static class ReshapeRules
{
    public static void Register(Dictionary<string, CouplingRule> table)
    {
        foreach (var name in (string[])["Reshape", "Flatten", "Squeeze", "Unsqueeze"]) table[name] = static c => c.Out(0, Regroup(c, c.In(0), c.Node.Input(0).Shape!, c.OutShape()));
        table["Transpose"] = Transpose;
    }

    private static void Transpose(CouplingContext c)
    {
        var x = c.In(0);
        c.Out(0, c.Attributes.Ints("perm") is { } permutation ? [.. permutation.Select(axis => x[(int)axis])] : [.. x.Reverse()]);
    }

    /// <summary>
    /// Aligns the running products of input and output sizes into the smallest blocks of equal size: within a block, axes merge into a
    /// product or are factored. Axes of size 1 take no part.
    /// </summary>
    private static DimensionTerm[] Regroup(CouplingContext c, IReadOnlyList<DimensionTerm> x, IReadOnlyList<Dim> sizes, IReadOnlyList<Dim> shape)
    {
        var result = Enumerable.Repeat(DimensionTerm.One, shape.Count).ToArray();
        var input = new Queue<(DimensionTerm Term, Dim Size)>(x.Zip(sizes).Where(axis => axis.Second.Size != 1));
        var output = new Queue<int>(Enumerable.Range(0, shape.Count).Where(axis => shape[axis].Size != 1));
        while (input.Count > 0 && output.Count > 0)
        {
            var (first, left) = input.Dequeue();
            var terms = new List<DimensionTerm> { first };
            var axes = new List<int> { output.Dequeue() };
            var right = shape[axes[0]];
            while (left != right)
            {
                var more = Grow(left, right, input.Count, output.Count);
                if (more == 0) break;
                if (more < 0)
                {
                    var (term, size) = input.Dequeue();
                    terms.Add(term);
                    left *= size;
                }
                else
                {
                    axes.Add(output.Dequeue());
                    right *= shape[axes[^1]];
                }
            }
            if (left == right)
            {
                Block(c, terms, axes, shape, result);
                continue;
            }
            Opaque(c, [.. terms, .. input.Select(axis => axis.Term)], [.. axes, .. output], shape, result);
            return result;
        }
        Opaque(c, [.. input.Select(axis => axis.Term)], [.. output], shape, result);
        return result;
    }

    /// <summary>Which side needs its next axis: -1 the input, 1 the output, 0 for neither.</summary>
    private static int Grow(Dim left, Dim right, int inputs, int outputs)
    {
        var side = left.Size is { } a && right.Size is { } b ? a < b ? -1 : 1
            : !Dim.DivideExactly(right, left).IsUnknown ? -1 : !Dim.DivideExactly(left, right).IsUnknown ? 1 : 0;
        return (side < 0 && inputs == 0) || (side > 0 && outputs == 0) ? 0 : side;
    }

    private static void Block(CouplingContext c, List<DimensionTerm> terms, List<int> axes, IReadOnlyList<Dim> shape, DimensionTerm[] result)
    {
        if (axes.Count == 1)
        {
            result[axes[0]] = terms.Count == 1 ? terms[0] : new ProductTerm([.. terms]);
            return;
        }
        foreach (var axis in axes) result[axis] = c.Fresh(shape[axis]);
        c.Unify(terms.Count == 1 ? terms[0] : new ProductTerm([.. terms]), new ProductTerm([.. axes.Select(axis => result[axis])]));
    }

    private static void Opaque(CouplingContext c, IReadOnlyList<DimensionTerm> terms, IReadOnlyList<int> axes, IReadOnlyList<Dim> shape, DimensionTerm[] result)
    {
        foreach (var term in terms) c.Freeze(term, "sizes before and after a reshape have no common factors");
        foreach (var axis in axes) result[axis] = c.Fixed(shape[axis], "sizes before and after a reshape have no common factors");
    }
}
