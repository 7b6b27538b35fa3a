using Espalier.Graphs;

namespace Espalier.Coupling.Rules;

/// <summary>Operators that put axes together or take them apart: concatenation, splitting, slicing, tiling.</summary>
internal static class SegmentRules
{
    public static void Register(Dictionary<string, CouplingRule> table)
    {
        table["Concat"] = static c => Concat(c, [.. Enumerable.Range(0, c.Node.Inputs.Count)]);
        table["Split"] = Split;
        table["Slice"] = Slice;
        table["Tile"] = Tile;
        table["Expand"] = Expand;
    }

    /// <summary>Ties a concatenation of given input positions.</summary>
    public static void Concat(CouplingContext c, int[] inputs)
    {
        var parts = inputs.Select(c.In).ToArray();
        var axis = CouplingContext.Axis(c.Attributes.Int("axis", 1), parts[0].Count);
        var terms = parts[0].ToArray();
        for (var k = 0; k < terms.Length; k++)
        {
            if (k == axis) continue;
            foreach (var part in parts.Skip(1)) c.Unify(terms[k], part[k]);
        }
        var segments = parts.Select(part => part[axis]).ToArray();
        if (segments.All(segment => segment.Size.Size is not null) && !segments.All(TermUnifier.IsFrozen))
        {
            terms[axis] = new SumTerm([.. segments]);
        }
        else
        {
            foreach (var segment in segments) c.Freeze(segment, "it is joined with an axis whose size is known at run time only");
            terms[axis] = c.Fixed(c.OutShape()[axis], "it is joined from axes that keep their sizes");
        }
        c.Out(0, terms);
    }

    private static void Split(CouplingContext c)
    {
        var x = c.In(0);
        var axis = CouplingContext.Axis(c.Attributes.Int("axis", 0), x.Count);
        var sizes = Enumerable.Range(0, c.Node.Outputs.Count).Select(i => c.Node.Outputs[i] is null ? Dim.Unknown : c.OutShape(i)[axis]).ToArray();
        var free = x[axis].Size.Size is not null && sizes.All(size => size.Size is not null) && !TermUnifier.IsFrozen(x[axis]);
        var segments = sizes.Select(size => free ? c.Fresh(size) : c.Fixed(size, "it is a part of an axis that keeps its size")).ToArray();
        if (free) c.Unify(x[axis], new SumTerm(segments));
        else c.Freeze(x[axis], "it is split into parts whose sizes are known at run time only");
        for (var i = 0; i < segments.Length; i++)
        {
            if (c.Node.Outputs[i] is not null) c.Out(i, [.. x.Select((term, k) => k == axis ? segments[i] : term)]);
        }
    }

    private static void Slice(CouplingContext c)
    {
        var x = c.In(0);
        var starts = c.Ints("starts", 1);
        var axes = c.Ints("axes", 3) ?? (c.Has(3) ? null : Enumerable.Range(0, (starts ?? Known(c, 2) ?? []).Length).Select(axis => (long)axis).ToArray());
        var ends = c.Ints("ends", 2);
        var steps = c.Has(4) ? c.Known(4) : axes?.Select(_ => 1L).ToArray();
        var terms = x.ToArray();
        var touched = axes is null ? Enumerable.Range(0, x.Count).ToArray() : [.. axes.Select(axis => CouplingContext.Axis(axis, x.Count))];
        for (var i = 0; i < touched.Length; i++)
        {
            var axis = touched[i];
            var size = c.OutShape()[axis];
            var known = axes is not null && starts?.Length == axes.Length && ends?.Length == axes.Length && steps?.Length == axes.Length;
            terms[axis] = known ? Part(c, x[axis], size, starts![i], steps![i]) : Opaque(c, x[axis], size, "it is cut at places known at run time only");
        }
        c.Out(0, terms);
    }

    private static long[]? Known(CouplingContext c, int input) => c.Has(input) ? c.Known(input) : null;

    /// <summary>A part of an axis: its own dimension between what stands before and after.</summary>
    public static DimensionTerm Part(CouplingContext c, DimensionTerm axis, Dim size, long start, long step)
    {
        if (axis.Size.Size is { } whole && size.Size == whole && step == 1) return axis;
        if (TermUnifier.IsFrozen(axis)) return c.Fixed(size, "it is a part of an axis that keeps its size");
        if (axis.Size.Size is not { } n || size.Size is not { } length || step != 1) return Opaque(c, axis, size, "every few indices are taken from it");
        var first = Math.Clamp(start < 0 ? start + n : start, 0, n);
        var part = c.Fresh(length);
        c.Unify(axis, new SumTerm([c.Fresh(first), part, c.Fresh(n - first - length)]));
        return part;
    }

    private static DimensionTerm Opaque(CouplingContext c, DimensionTerm axis, Dim size, string why)
    {
        c.Freeze(axis, why);
        return c.Fixed(size, why);
    }

    private static void Tile(CouplingContext c)
    {
        var x = c.In(0);
        var repeats = c.Known(1);
        var shape = c.OutShape();
        c.Out(0, [.. x.Select((term, k) =>
        {
            if (repeats is not null && repeats[k] == 1) return term;
            if (repeats is null || term.Size.Size is null) return Opaque(c, term, shape[k], "it is repeated as often as the run time says");
            return (DimensionTerm)new ProductTerm([c.Fixed(repeats[k], "it counts repetitions"), term]);
        })]);
    }

    /// <summary>Axes of size 1 become new dimensions, for example the query heads that share a key head.</summary>
    private static void Expand(CouplingContext c)
    {
        var x = c.In(0);
        var shape = c.OutShape();
        c.Out(0, [.. shape.Select((size, k) =>
        {
            var own = k - (shape.Count - x.Count);
            return own < 0 || x[own].Size.Size == 1 ? c.Fresh(size) : x[own];
        })]);
    }
}
