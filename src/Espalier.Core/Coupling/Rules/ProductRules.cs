namespace Espalier.Coupling.Rules;

/// <summary>Matrix products: the axis that is summed over ties both operands, the others pass.</summary>
internal static class ProductRules
{
    public static void Register(Dictionary<string, CouplingRule> table)
    {
        table["MatMul"] = table["MatMulInteger"] = static c => Multiply(c, 0, 1);
        table["Gemm"] = static c => Gemm(c, 0, 1, 2);
        table["Einsum"] = Einsum;
    }

    /// <summary>Ties a product of given input positions.</summary>
    public static void Multiply(CouplingContext c, int left, int right)
    {
        var a = c.In(left);
        var b = c.In(right);
        if (a.Count == 0 || b.Count == 0) throw new EspalierException("a product needs at least one axis", $"node '{c.Node.Name}'");
        var inner = b.Count == 1 ? 0 : b.Count - 2;
        c.Unify(a[^1], b[inner]);
        var (leftValue, rightValue) = (c.Node.Input(left), c.Node.Input(right));
        c.Builder.AddContraction(c.Node, rightValue, inner, leftValue, a.Count - 1);
        c.Builder.AddContraction(c.Node, leftValue, a.Count - 1, rightValue, inner);
        var batch = c.Broadcast([.. a.SkipLast(2)], [.. b.SkipLast(2)]);
        if (WeightTrace.Follow(leftValue, a.Count - 1) is null && WeightTrace.Follow(rightValue, inner) is null) MarkAttention(c, batch, a[^1], b.Count > 1 ? b[^1] : DimensionTerm.One);
        c.Out(0, [.. batch, .. a.Count > 1 ? [a[^2]] : Array.Empty<DimensionTerm>(), .. b.Count > 1 ? [b[^1]] : Array.Empty<DimensionTerm>()]);
    }

    /// <summary>Ties a Gemm of given input positions.</summary>
    public static void Gemm(CouplingContext c, int left, int right, int bias)
    {
        var (a, b) = (c.In(left), c.In(right));
        var (transA, transB) = (c.Attributes.Int("transA", 0) != 0, c.Attributes.Int("transB", 0) != 0);
        var (innerA, innerB) = (transA ? 0 : 1, transB ? 1 : 0);
        c.Unify(a[innerA], b[innerB]);
        c.Builder.AddContraction(c.Node, c.Node.Input(right), innerB, c.Node.Input(left), innerA);
        c.Builder.AddContraction(c.Node, c.Node.Input(left), innerA, c.Node.Input(right), innerB);
        IReadOnlyList<DimensionTerm> result = [a[1 - innerA], b[1 - innerB]];
        if (c.Has(bias)) c.Broadcast(result, c.In(bias));
        c.Out(0, result);
    }

    /// <summary>A product of two activations is attention, or looks like it: batch axes are heads, the features those of heads.</summary>
    private static void MarkAttention(CouplingContext c, IReadOnlyList<DimensionTerm> batch, DimensionTerm summed, DimensionTerm features)
    {
        foreach (var term in batch) c.Mark(term, UnitKind.Head);
        c.Mark(summed, UnitKind.HeadFeature);
        c.Mark(features, UnitKind.HeadFeature);
    }

    /// <summary>One dimension for each letter.</summary>
    private static void Einsum(CouplingContext c)
    {
        var equation = c.Attributes.String("equation", "").Replace(" ", "", StringComparison.Ordinal);
        var sides = equation.Split("->");
        var operands = sides[0].Split(',');
        if (sides.Length != 2 || equation.Contains('.') || operands.Length != c.Node.Inputs.Count || operands.Where((letters, i) => letters.Length != c.In(i).Count).Any())
        {
            for (var i = 0; i < c.Node.Inputs.Count; i++) c.FreezeInput(i, "its equation is not understood");
            c.OutFixed(0, "its equation is not understood");
            return;
        }
        var letters = new Dictionary<char, DimensionTerm>();
        for (var i = 0; i < operands.Length; i++)
        {
            for (var k = 0; k < operands[i].Length; k++)
            {
                var letter = operands[i][k];
                if (operands[i].IndexOf(letter) != k) c.Freeze(c.In(i)[k], "a diagonal is taken");
                if (!letters.TryGetValue(letter, out var known) || known.Size.Size == 1) letters[letter] = c.In(i)[k];
                else if (c.In(i)[k].Size.Size != 1) c.Unify(known, c.In(i)[k]);
            }
        }
        foreach (var letter in letters.Keys.Where(letter => !sides[1].Contains(letter))) Contract(c, operands, letter);
        c.Out(0, [.. sides[1].Select(letter => letters[letter])]);
    }

    private static void Contract(CouplingContext c, string[] operands, char letter)
    {
        if (operands.Length != 2 || operands.Any(letters => !letters.Contains(letter))) return;
        for (var i = 0; i < 2; i++)
            c.Builder.AddContraction(c.Node, c.Node.Input(i), operands[i].IndexOf(letter), c.Node.Input(1 - i), operands[1 - i].IndexOf(letter));
    }
}
