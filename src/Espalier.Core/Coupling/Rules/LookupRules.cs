namespace Espalier.Coupling.Rules;

/// <summary>Operators that look elements up by index, and those that make new tensors.</summary>
internal static class LookupRules
{
    public static void Register(Dictionary<string, CouplingRule> table)
    {
        table["Gather"] = Gather;
        foreach (var name in (string[])["GatherND", "GatherElements", "ScatterND", "ScatterElements", "Compress", "ReverseSequence", "NonMaxSuppression", "RoiAlign", "OneHot"])
            table[name] = Indexed;
        foreach (var name in (string[])["Shape", "Size", "Range", "NonZero", "EyeLike", "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike"])
            table[name] = static c => c.OutFixed(0, "it is made by the operator");
        table["ConstantOfShape"] = static c => c.Out(0, [.. c.OutShape().Select(c.Fresh)]);
    }

    /// <summary>Rows that the run looks up must stay; a contiguous range of constant indices is a slice; everything else passes.</summary>
    private static void Gather(CouplingContext c)
    {
        var x = c.In(0);
        var axis = CouplingContext.Axis(c.Attributes.Int("axis", 0), x.Count);
        var indices = c.In(1);
        var known = c.Known(1);
        if (indices.Count == 1 && known is { Length: > 0 } range && x[axis].Size.Size is { } size && IsRange(range, size))
        {
            var part = SegmentRules.Part(c, x[axis], range.Length, range[0], 1);
            c.Out(0, [.. x.Select((term, k) => k == axis ? part : term)]);
            return;
        }
        c.Freeze(x[axis], indices.Count == 0 ? "one of its indices is picked out" : "its entries are looked up by index");
        c.Out(0, [.. x.Take(axis), .. indices, .. x.Skip(axis + 1)]);
    }

    private static bool IsRange(long[] indices, long size)
    {
        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i] != indices[0] + i) return false;
        }
        return indices[0] >= 0 && indices[^1] < size;
    }

    private static void Indexed(CouplingContext c)
    {
        for (var i = 0; i < c.Node.Inputs.Count; i++)
        {
            if (c.Has(i)) c.FreezeInput(i, "its entries are addressed by index");
        }
        for (var i = 0; i < c.Node.Outputs.Count; i++) c.OutFixed(i, "its entries are addressed by index");
    }
}
