namespace Espalier.Coupling.Rules;

/// <summary>Operators that work on positions and leave batch and channels alone: pooling, resizing, padding, space to depth.</summary>
internal static class SpatialRules
{
    private const string Moves = "positions along it are combined";

    public static void Register(Dictionary<string, CouplingRule> table)
    {
        foreach (var name in (string[])["MaxPool", "AveragePool", "LpPool", "GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool", "com.microsoft.QLinearGlobalAveragePool"]) table[name] = Pool;
        table["Resize"] = table["Upsample"] = Resize;
        table["GridSample"] = GridSample;
        table["Pad"] = Pad;
        table["DepthToSpace"] = DepthToSpace;
        table["SpaceToDepth"] = SpaceToDepth;
    }

    private static void Pool(CouplingContext c)
    {
        if (c.Attributes.Int("channels_last", 0) != 0)
        {
            c.FreezeInput(0, "the channels stand last");
            c.OutFixed(0, "the channels stand last");
            return;
        }
        var x = c.In(0);
        foreach (var term in x.Skip(2)) c.Freeze(term, Moves);
        for (var i = 0; i < c.Node.Outputs.Count; i++)
        {
            if (c.Node.Outputs[i] is not null) c.Out(i, [x[0], x[1], .. c.OutShape(i).Skip(2).Select(size => c.Fixed(size, Moves))]);
        }
    }

    /// <summary>Axes that keep their size pass, others are interpolated.</summary>
    private static void Resize(CouplingContext c)
    {
        var x = c.In(0);
        c.Out(0, [.. x.Zip(c.OutShape(), (term, size) => term.Size.Size is not null && term.Size == size ? term : Interpolated(c, term, size))]);
    }

    private static DimensionTerm Interpolated(CouplingContext c, DimensionTerm term, Graphs.Dim size)
    {
        c.Freeze(term, Moves);
        return c.Fixed(size, Moves);
    }

    private static void GridSample(CouplingContext c)
    {
        var x = c.In(0);
        foreach (var term in x.Skip(2)) c.Freeze(term, Moves);
        c.FreezeInput(1, "it gives the places to look at");
        c.Out(0, [x[0], x[1], .. c.OutShape().Skip(2).Select(size => c.Fixed(size, Moves))]);
    }

    /// <summary>Constant padding of an axis puts segments of no parameter around it, for example the option-A shortcut of CIFAR ResNets.</summary>
    private static void Pad(CouplingContext c)
    {
        var x = c.In(0);
        var pads = c.Ints("pads", 1);
        var axes = c.Has(3) ? c.Known(3) : [.. Enumerable.Range(0, x.Count).Select(axis => (long)axis)];
        var terms = x.ToArray();
        if (pads is null || axes is null || pads.Length != axes.Length * 2)
        {
            c.FreezeInput(0, "its padding is known at run time only");
            c.OutFixed(0, "its padding is known at run time only");
            return;
        }
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = CouplingContext.Axis(axes[i], x.Count);
            var (before, after) = (pads[i], pads[i + axes.Length]);
            if (before == 0 && after == 0) continue;
            if (TermUnifier.IsFrozen(x[axis]) || before < 0 || after < 0 || c.Attributes.String("mode", "constant") != "constant")
            {
                c.Freeze(x[axis], "it is padded with its own values");
                terms[axis] = c.Fixed(c.OutShape()[axis], "it is padded");
            }
            else
            {
                terms[axis] = new SumTerm([c.Fresh(before), x[axis], c.Fresh(after)]);
            }
        }
        c.Out(0, terms);
    }

    /// <summary>DCR: channels are [b, b, c]; CRD: [c, b, b]. Only c may shrink.</summary>
    private static void DepthToSpace(CouplingContext c)
    {
        var x = c.In(0);
        var block = c.Attributes.Int("blocksize", 1);
        Blocks(c, x[1], block, c.OutShape()[1], c.Attributes.String("mode", "DCR") == "CRD", out var channels);
        foreach (var term in x.Skip(2)) c.Freeze(term, Moves);
        c.Out(0, [x[0], channels, .. c.OutShape().Skip(2).Select(size => c.Fixed(size, Moves))]);
    }

    private static void SpaceToDepth(CouplingContext c)
    {
        var x = c.In(0);
        var block = c.Attributes.Int("blocksize", 1);
        foreach (var term in x.Skip(2)) c.Freeze(term, Moves);
        c.Out(0, [x[0], new ProductTerm([c.Fixed(block, Moves), c.Fixed(block, Moves), x[1]]), .. c.OutShape().Skip(2).Select(size => c.Fixed(size, Moves))]);
    }

    private static void Blocks(CouplingContext c, DimensionTerm deep, long block, Graphs.Dim channels, bool channelsFirst, out DimensionTerm kept)
    {
        kept = c.Fresh(channels);
        var (outer, inner) = (c.Fixed(block, Moves), c.Fixed(block, Moves));
        c.Unify(deep, channelsFirst ? new ProductTerm([kept, outer, inner]) : new ProductTerm([outer, inner, kept]));
    }
}
