namespace Espalier.Graphs.Shapes;

/// <summary>Reshape: 0 copies an axis, -1 is what the others leave.</summary>
internal static class ReshapeRule
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx => [("Reshape", Reshape)];

    private static void Reshape(NodeShapes s)
    {
        s.RequireInputs(1);
        var x = s.Shape(0);
        // Operator set 1 had the target as an attribute.
        var target = s.Attributes.Ints("shape") is { } attribute ? [.. attribute.Select(size => (Dim)size)] : s.Contents(1)?.Elements.ToArray();
        if (target is null)
        {
            s.Set(s.Shape(1) is { Count: 1 } list && list[0].Size is { } rank ? NodeShapes.UnknownOf(rank) : null);
            return;
        }
        var copies = s.Int("allowzero", 0) == 0;
        var isCopied = new bool[Math.Max(target.Length, x?.Count ?? 0)];
        var free = -1;
        for (var i = 0; i < target.Length; i++)
        {
            if (target[i].Size == 0 && copies)
            {
                if (i >= x?.Count) s.Conflict($"the target copies axis {i} of {NodeShapes.Text(x)}, which has no such axis", [.. x]);
                isCopied[i] = i < x?.Count;
                target[i] = i < x?.Count ? x[i] : Dim.Unknown;
            }
            else if (target[i].Size == -1)
            {
                if (free >= 0) s.Conflict("the target leaves two axes open");
                target[i] = Dim.Unknown;
                free = i;
            }
        }
        if (x is not null) Balance(s, x, target, isCopied, free);
        s.Set(target);
        if (x is { Count: <= 2 } && target.Length <= 2) s.SetContents(0, s.Contents(0)?.As(s.OutputShape));
    }

    /// <summary>Both sides have as many elements: the one open axis follows, or everything must agree.</summary>
    private static void Balance(NodeShapes s, IReadOnlyList<Dim> x, Dim[] target, bool[] isCopied, int free)
    {
        var from = x.Where((_, i) => !isCopied[i]).ToList();
        var to = new List<Dim>();
        var open = free;
        for (var i = 0; i < target.Length; i++)
        {
            if (isCopied[i]) continue;
            if (!target[i].IsUnknown)
            {
                // An axis that comes through unchanged cancels, whatever is known about the others.
                if (target[i].Size != 0 && from.Remove(target[i])) continue;
                to.Add(target[i]);
            }
            else if (i != free)
            {
                if (open >= 0) return;
                open = i;
            }
        }
        var left = NodeShapes.Product(from);
        var right = NodeShapes.Product(to);
        if (left.IsUnknown || right.IsUnknown) return;
        if (open < 0)
        {
            if (DimArithmetic.Differ(left, right)) Mismatch(s, x, target);
            return;
        }
        if (right.Size == 0) return;
        target[open] = Dim.FloorDivide(left, right);
        if (Dim.DivideExactly(left, right).IsUnknown && AreMultiples(left, right)) Mismatch(s, x, target);
    }

    /// <summary>True if the sizes are fixed or fixed multiples of the same symbols, so that a remainder is certain.</summary>
    private static bool AreMultiples(Dim a, Dim b) =>
        DimPolynomial.TermsOf(a) is [var left] && DimPolynomial.TermsOf(b) is [var right] && left.Atoms.AsSpan().SequenceEqual(right.Atoms);

    private static void Mismatch(NodeShapes s, IReadOnlyList<Dim> x, Dim[] target) =>
        s.Conflict($"{NodeShapes.Text(x)} cannot be laid out as {NodeShapes.Text(target)}", [.. x, .. target]);
}
