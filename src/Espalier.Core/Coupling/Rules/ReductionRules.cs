namespace Espalier.Coupling.Rules;

/// <summary>
/// Reductions end the axes that they sum up. A sum or mean over channels changes its value when channels go, so those axes are frozen,
/// except inside a normalisation that an exporter has written out.
/// </summary>
internal static class ReductionRules
{
    private static readonly string[] Reductions =
        ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"];

    public static void Register(Dictionary<string, CouplingRule> table)
    {
        foreach (var name in Reductions) table[name] = static c => Reduce(c, Axes(c));
        foreach (var name in (string[])["ArgMax", "ArgMin"]) table[name] = static c => Reduce(c, [CouplingContext.Axis(c.Attributes.Int("axis", 0), c.In(0).Count)]);
        table["TopK"] = TopK;
    }

    /// <summary>The axes; null if they are known at run time only.</summary>
    private static int[]? Axes(CouplingContext c)
    {
        var rank = c.In(0).Count;
        var axes = c.Ints("axes", 1);
        if (axes is null && c.Has(1)) return null;
        if (axes is { Length: > 0 }) return [.. axes.Select(axis => CouplingContext.Axis(axis, rank))];
        return c.Attributes.Int("noop_with_empty_axes", 0) != 0 ? [] : [.. Enumerable.Range(0, rank)];
    }

    private static void Reduce(CouplingContext c, int[]? axes)
    {
        var x = c.In(0);
        if (axes is null)
        {
            c.FreezeInput(0, "it is summed up along axes known at run time only");
            c.OutFixed(0, "it is summed up along axes known at run time only");
            return;
        }
        var keep = c.Attributes.Int("keepdims", 1) != 0;
        var normalises = keep && NormalizationPattern.Matches(c.Builder, c.Node);
        var terms = new List<DimensionTerm>();
        for (var k = 0; k < x.Count; k++)
        {
            if (!axes.Contains(k))
            {
                terms.Add(x[k]);
                continue;
            }
            if (normalises) c.Builder.MarkStatistics(x[k]);
            else c.Freeze(x[k], "it is summed up");
            if (keep) terms.Add(DimensionTerm.One);
        }
        c.Out(0, terms);
    }

    private static void TopK(CouplingContext c)
    {
        var x = c.In(0);
        var axis = CouplingContext.Axis(c.Attributes.Int("axis", -1), x.Count);
        c.Freeze(x[axis], "its entries are ranked");
        for (var i = 0; i < c.Node.Outputs.Count; i++)
        {
            if (c.Node.Outputs[i] is not null) c.Out(i, [.. x.Select((term, k) => k == axis ? c.Fixed(c.OutShape(i)[axis], "its entries are ranked") : term)]);
        }
    }
}
