using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>
/// Makes terms equal, refining them as needed: equal sizes merge, an atom against a product is factored, sums are cut at each other's
/// offsets. What cannot be made equal is frozen on both sides, never guessed.
/// </summary>
internal sealed class TermUnifier
{
    private readonly List<Atom[]> _siblings = [];
    private int _count;

    /// <summary>Atoms that are segments of one sum: parts of what was one dimension.</summary>
    public IReadOnlyList<Atom[]> Siblings => _siblings;

    /// <summary>A new dimension. Sizes that only the run time knows are frozen.</summary>
    public DimensionTerm Fresh(Dim size)
    {
        if (size.Size == 1) return DimensionTerm.One;
        var atom = new Atom(_count++, size);
        if (size.Size is null) atom.Frozen = new FreezeReason("its size is known at run time only");
        return atom;
    }

    /// <summary>A new dimension that keeps its size.</summary>
    public DimensionTerm Frozen(Dim size, FreezeReason reason)
    {
        var term = Fresh(size);
        Freeze(term, reason);
        return term;
    }

    /// <summary>Freezes every atom of a term; a reason that is there already stays.</summary>
    public static void Freeze(DimensionTerm term, FreezeReason reason)
    {
        foreach (var atom in Leaves(term)) atom.Frozen ??= reason;
    }

    /// <summary>True if no atom of the term may shrink.</summary>
    public static bool IsFrozen(DimensionTerm term) => Leaves(term).All(atom => atom.Frozen is not null);

    /// <summary>The atoms of a term, once each.</summary>
    public static IReadOnlyList<Atom> Leaves(DimensionTerm term)
    {
        var leaves = new List<Atom>();
        Collect(Resolve(term), leaves);
        return leaves.Count < 2 ? leaves : [.. leaves.Distinct()];
    }

    /// <summary>The term with all bindings followed, nested products and sums flattened, and factors of size 1 dropped.</summary>
    public static DimensionTerm Resolve(DimensionTerm term)
    {
        switch (term)
        {
            case Atom { Binding: null }:
                return term;
            case Atom atom:
                return atom.Binding = Resolve(atom.Binding!);
            case ProductTerm product:
                if (product.Factors.Length == 0) return term;
                var factors = new List<DimensionTerm>(product.Factors.Length);
                foreach (var factor in product.Factors)
                {
                    if (Resolve(factor) is ProductTerm inner) factors.AddRange(inner.Factors);
                    else factors.Add(Resolve(factor));
                }
                factors.RemoveAll(factor => factor.Size.Size == 1);
                return factors.Count == 0 ? DimensionTerm.One : factors.Count == 1 ? factors[0] : new ProductTerm([.. factors]);
            default:
                var segments = new List<DimensionTerm>();
                foreach (var segment in ((SumTerm)term).Segments)
                {
                    if (Resolve(segment) is SumTerm inner) segments.AddRange(inner.Segments);
                    else segments.Add(Resolve(segment));
                }
                segments.RemoveAll(segment => segment.Size.Size == 0);
                return segments.Count == 1 ? segments[0] : new SumTerm([.. segments]);
        }
    }

    /// <summary>Makes two terms equal.</summary>
    /// <param name="a">One axis.</param>
    /// <param name="b">The other axis.</param>
    /// <param name="node">The node that ties them, for the report.</param>
    public void Unify(DimensionTerm a, DimensionTerm b, Node? node)
    {
        a = Resolve(a);
        b = Resolve(b);
        if (ReferenceEquals(a, b)) return;
        if (a.Size.Size is { } left && b.Size.Size is { } right && left != right)
        {
            Conflict(a, b, $"sizes {left} and {right} meet", node);
            return;
        }
        switch (a, b)
        {
            case (Atom x, Atom y):
                y.Frozen ??= x.Frozen;
                x.Binding = y;
                break;
            case (Atom x, _):
                Bind(x, b, node);
                break;
            case (_, Atom y):
                Bind(y, a, node);
                break;
            case (ProductTerm p, ProductTerm q):
                UnifyProducts([.. p.Factors], [.. q.Factors], node);
                break;
            default:
                UnifySums(Segments(a), Segments(b), node);
                break;
        }
    }

    private static void Collect(DimensionTerm term, List<Atom> leaves)
    {
        switch (term)
        {
            case Atom atom:
                leaves.Add(atom);
                break;
            case ProductTerm product:
                foreach (var factor in product.Factors) Collect(factor, leaves);
                break;
            case SumTerm sum:
                foreach (var segment in sum.Segments) Collect(segment, leaves);
                break;
        }
    }

    private void Bind(Atom atom, DimensionTerm term, Node? node)
    {
        var leaves = Leaves(term);
        if (leaves.Contains(atom))
        {
            Conflict(atom, term, "a dimension would contain itself", node);
            return;
        }
        if (atom.Frozen is { } reason) Freeze(term, reason);
        atom.Binding = term;
        if (term is SumTerm sum) Relate(sum.Segments);
    }

    private void Relate(IReadOnlyList<DimensionTerm> segments)
    {
        var atoms = segments.OfType<Atom>().Distinct().ToArray();
        if (atoms.Length > 1) _siblings.Add(atoms);
    }

    private static void Conflict(DimensionTerm a, DimensionTerm b, string what, Node? node)
    {
        var reason = new FreezeReason(what, node);
        Freeze(a, reason);
        Freeze(b, reason);
    }

    // Factors are matched from the outside inwards, then from the inside outwards; what is left in the middle does not factor.
    private void UnifyProducts(List<DimensionTerm> p, List<DimensionTerm> q, Node? node)
    {
        while (p.Count > 0 && q.Count > 0 && MatchEnd(p, q, 0, node)) ;
        while (p.Count > 0 && q.Count > 0 && MatchEnd(p, q, ^1, node)) ;
        if (p.Count == 0 && q.Count == 0) return;
        if (p.Count == 1 && q.Count == 1 && p[0].Size == q[0].Size) Unify(p[0], q[0], node);
        else Conflict(new ProductTerm([.. p]), new ProductTerm([.. q]), "the sizes of a reshape have no common factors", node);
    }

    private bool MatchEnd(List<DimensionTerm> p, List<DimensionTerm> q, Index end, Node? node)
    {
        var (x, y) = (Resolve(p[end]), Resolve(q[end]));
        if (x is ProductTerm || y is ProductTerm)
        {
            Expand(p, end);
            Expand(q, end);
            if (p.Count == 0 || q.Count == 0) return false;
            (x, y) = (Resolve(p[end]), Resolve(q[end]));
        }
        if (x.Size == y.Size)
        {
            p.RemoveAt(end.GetOffset(p.Count));
            q.RemoveAt(end.GetOffset(q.Count));
            Unify(x, y, node);
            return true;
        }
        return Factor(p, x, y, end) || Factor(q, y, x, end);
    }

    private static void Expand(List<DimensionTerm> list, Index end)
    {
        if (Resolve(list[end]) is not ProductTerm product) return;
        var at = end.GetOffset(list.Count);
        list.RemoveAt(at);
        list.InsertRange(at, product.Factors);
    }

    /// <summary>Splits the larger atom so that its outer (or inner) part has the size of the smaller term.</summary>
    private bool Factor(List<DimensionTerm> list, DimensionTerm large, DimensionTerm small, Index end)
    {
        if (large is not Atom atom) return false;
        var rest = Dim.DivideExactly(large.Size, small.Size);
        if (rest.IsUnknown || rest.Size == 1 || small.Size.Size == 0) return false;
        var outer = end.IsFromEnd ? Fresh(rest) : Fresh(small.Size);
        var inner = end.IsFromEnd ? Fresh(small.Size) : Fresh(rest);
        var parts = new ProductTerm([outer, inner]);
        if (atom.Frozen is { } reason) Freeze(parts, reason);
        atom.Binding = parts;
        Expand(list, end);
        return true;
    }

    /// <summary>A term as segments; a product whose outermost factor is a sum is a sum of products.</summary>
    private List<DimensionTerm> Segments(DimensionTerm term)
    {
        switch (term)
        {
            case SumTerm sum:
                return [.. sum.Segments.SelectMany(Segments)];
            case ProductTerm { Factors: [var outermost, .. var rest] } when Resolve(outermost) is SumTerm outer:
                return [.. outer.Segments.SelectMany(segment => Segments(Resolve(new ProductTerm([segment, .. rest]))))];
            default:
                return [term];
        }
    }

    private void UnifySums(List<DimensionTerm> a, List<DimensionTerm> b, Node? node)
    {
        var x = new Stack<DimensionTerm>(Enumerable.Reverse(a));
        var y = new Stack<DimensionTerm>(Enumerable.Reverse(b));
        while (x.Count > 0 && y.Count > 0)
        {
            var (first, second) = (Resolve(x.Pop()), Resolve(y.Pop()));
            if (first.Size == second.Size)
            {
                Unify(first, second, node);
                continue;
            }
            if (first.Size.Size is not { } m || second.Size.Size is not { } n)
            {
                Conflict(new SumTerm([first, .. x]), new SumTerm([second, .. y]), "segments of sizes known at run time meet others", node);
                return;
            }
            var (larger, smaller, rest) = m > n ? (first, n, x) : (second, m, y);
            if (!Cut(larger, smaller, out var head, out var tail))
            {
                Conflict(new SumTerm([first, .. x]), new SumTerm([second, .. y]), "segments cut through a group of channels", node);
                return;
            }
            rest.Push(tail);
            rest.Push(head);
            (m > n ? y : x).Push(m > n ? second : first);
        }
    }

    /// <summary>Cuts a term behind its first <paramref name="size"/> indices; only between whole blocks of the outermost factor.</summary>
    public bool Cut(DimensionTerm term, long size, out DimensionTerm head, out DimensionTerm tail)
    {
        head = tail = term;
        switch (Resolve(term))
        {
            case Atom { Size.Size: { } whole } atom when size > 0 && size < whole:
                (head, tail) = (Fresh(size), Fresh(whole - size));
                var parts = new SumTerm([head, tail]);
                if (atom.Frozen is { } reason) Freeze(parts, reason);
                atom.Binding = parts;
                Relate(parts.Segments);
                return true;
            case ProductTerm { Factors: [var outermost, .. var rest] }:
                var inner = new ProductTerm([.. rest]);
                if (inner.Size.Size is not { } block || block == 0 || size % block != 0 || !Cut(outermost, size / block, out var outerHead, out var outerTail)) return false;
                head = new ProductTerm([outerHead, inner]);
                tail = new ProductTerm([outerTail, inner]);
                return true;
            case SumTerm sum:
                return CutSum(sum, size, out head, out tail);
            default:
                return false;
        }
    }

    private bool CutSum(SumTerm sum, long size, out DimensionTerm head, out DimensionTerm tail)
    {
        var before = new List<DimensionTerm>();
        head = tail = sum;
        for (var i = 0; i < sum.Segments.Length; i++)
        {
            if (sum.Segments[i].Size.Size is not { } own) return false;
            if (size >= own)
            {
                before.Add(sum.Segments[i]);
                size -= own;
                continue;
            }
            var after = sum.Segments.Skip(i + 1);
            if (size == 0)
            {
                (head, tail) = (new SumTerm([.. before]), new SumTerm([sum.Segments[i], .. after]));
                return true;
            }
            if (!Cut(sum.Segments[i], size, out var first, out var second)) return false;
            (head, tail) = (new SumTerm([.. before, first]), new SumTerm([second, .. after]));
            return true;
        }
        return false;
    }
}
