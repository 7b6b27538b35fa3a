namespace Espalier.Coupling.Rules;

/// <summary>Normalisations: their vectors follow the channels. Statistics over a pruned axis change, so such cuts are not exact.</summary>
internal static class NormalizationRules
{
    public static void Register(Dictionary<string, CouplingRule> table)
    {
        table["BatchNormalization"] = static c => Vectors(c, 1, 4);
        table["InstanceNormalization"] = static c =>
        {
            Vectors(c, 1, 2);
            foreach (var term in c.In(0).Skip(2)) c.Builder.MarkStatistics(term);
        };
        table["LayerNormalization"] = table["RMSNormalization"] = table["SimplifiedLayerNormalization"] = Layer;
        table["com.microsoft.SkipLayerNormalization"] = table["com.microsoft.SkipSimplifiedLayerNormalization"] = Skip;
        table["GroupNormalization"] = Group;
        foreach (var name in (string[])["LRN", "MeanVarianceNormalization", "LpNormalization"]) table[name] = Statistics;
    }

    private static void Statistics(CouplingContext c)
    {
        foreach (var term in c.In(0)) c.Builder.MarkStatistics(term);
        c.Out(0, c.In(0));
    }

    private static void Vectors(CouplingContext c, int first, int last)
    {
        var terms = c.In(0);
        if (terms.Count > 1)
        {
            for (var i = first; i <= last; i++) c.TieVector(i, terms[1]);
        }
        c.Out(0, terms);
        for (var i = 1; i < c.Node.Outputs.Count; i++) c.OutFixed(i, "statistics of a training step");
    }

    private static void Layer(CouplingContext c)
    {
        var terms = c.In(0);
        for (var i = 1; i < c.Node.Inputs.Count; i++)
        {
            if (c.Has(i)) c.Broadcast(terms, c.In(i));
        }
        c.Out(0, terms);
        var axis = CouplingContext.Axis(c.Attributes.Int("axis", -1), terms.Count);
        foreach (var term in terms.Skip(axis)) c.Builder.MarkStatistics(term);
        for (var i = 1; i < c.Node.Outputs.Count; i++) c.Out(i, [.. terms.Select((term, k) => k < axis ? term : DimensionTerm.One)]);
    }

    private static void Skip(CouplingContext c)
    {
        var terms = c.In(0);
        for (var i = 1; i < c.Node.Inputs.Count; i++)
        {
            if (c.Has(i)) terms = c.Broadcast(terms, c.In(i));
        }
        c.Builder.MarkStatistics(terms[^1]);
        c.Out(0, terms);
        c.Out(1, [.. terms.SkipLast(1), DimensionTerm.One]);
        c.Out(2, [.. terms.SkipLast(1), DimensionTerm.One]);
        c.Out(3, terms);
    }

    private static void Group(CouplingContext c)
    {
        var terms = c.In(0);
        var groups = c.Attributes.Int("num_groups", 1);
        var group = c.Fresh(groups);
        if (terms[1].Size.Size is { } channels && groups > 0 && channels % groups == 0)
        {
            c.Mark(group, UnitKind.Block);
            c.Unify(terms[1], new ProductTerm([group, c.Fresh(channels / groups)]));
        }
        else
        {
            c.Freeze(terms[1], "its groups do not divide it");
        }
        c.Builder.MarkStatistics(terms[1]);
        for (var i = 1; i <= 2; i++) c.TieVector(i, c.In(i)[0].Size == terms[1].Size ? terms[1] : group);
        c.Out(0, terms);
    }
}
