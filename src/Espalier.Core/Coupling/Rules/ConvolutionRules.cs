using Espalier.Graphs;

namespace Espalier.Coupling.Rules;

/// <summary>Convolutions: input channels meet the second axis of the weight, output channels are its first; transposed ones the other way round.</summary>
internal static class ConvolutionRules
{
    public static void Register(Dictionary<string, CouplingRule> table)
    {
        table["Conv"] = static c => Convolve(c, 0, 1, 2);
        table["ConvInteger"] = static c =>
        {
            Convolve(c, 0, 1, -1);
            c.TieVector(3, c.In(1)[0]);
        };
        table["com.microsoft.FusedConv"] = static c => Convolve(c, 0, 1, 2);
        table["ConvTranspose"] = Transposed;
    }

    /// <summary>Ties a convolution of given input positions.</summary>
    public static void Convolve(CouplingContext c, int input, int weight, int bias)
    {
        var x = c.In(input);
        var w = c.In(weight);
        var groups = c.Attributes.Int("group", 1);
        if (groups == 1) c.Unify(x[1], w[1]);
        else if (!Grouped(c, x[1], w[0], groups, w[1].Size)) FreezeBoth(c, x[1], w[0]);
        if (w[1].Size.Size != 1 || groups == 1) c.Builder.AddContraction(c.Node, c.Node.Input(weight), 1, c.Node.Input(input), 1);
        if (groups != 1 && w[1].Size.Size != 1) c.Unify(w[1], LocalInputs(c, x[1]));
        if (bias >= 0) c.TieVector(bias, w[0]);
        Finish(c, x, w, w[0]);
    }

    private static void Transposed(CouplingContext c)
    {
        var x = c.In(0);
        var w = c.In(1);
        var groups = c.Attributes.Int("group", 1);
        c.Unify(x[1], w[0]);
        if (groups == 1) c.Builder.AddContraction(c.Node, c.Node.Input(1), 0, c.Node.Input(0), 1);
        var output = w[1];
        if (groups > 1)
        {
            var group = c.Fresh(groups);
            c.Mark(group, UnitKind.Block);
            if (Divides(x[1].Size, groups)) c.Unify(x[1], new ProductTerm([group, c.Fresh(x[1].Size.Size!.Value / groups)]));
            output = new ProductTerm([group, w[1]]);
        }
        c.TieVector(2, output);
        Finish(c, x, w, output);
    }

    /// <summary>
    /// Input channels are groups times local inputs, output channels the same groups times local outputs. With one input a group
    /// (depthwise) the group is the channel itself.
    /// </summary>
    private static bool Grouped(CouplingContext c, DimensionTerm x, DimensionTerm w, long groups, Dim local)
    {
        if (!Divides(x.Size, groups) || !Divides(w.Size, groups)) return false;
        var inputs = x.Size.Size!.Value / groups;
        var outputs = w.Size.Size!.Value / groups;
        if (inputs != local.Size) return false;
        var group = inputs == 1 ? x : c.Fresh(groups);
        if (inputs > 1)
        {
            c.Mark(group, UnitKind.Block);
            c.Unify(x, new ProductTerm([group, c.Fresh(inputs)]));
        }
        c.Unify(w, new ProductTerm([group, c.Fresh(outputs)]));
        return true;
    }

    /// <summary>The local inputs of a grouped convolution: what is left of the input channels without the groups.</summary>
    private static DimensionTerm LocalInputs(CouplingContext c, DimensionTerm x)
    {
        var groups = c.Attributes.Int("group", 1);
        if (TermUnifier.Resolve(x) is ProductTerm product)
        {
            for (var count = 1; count < product.Factors.Length; count++)
            {
                if (new ProductTerm([.. product.Factors.Take(count)]).Size.Size == groups) return new ProductTerm([.. product.Factors.Skip(count)]);
            }
        }
        c.Freeze(x, "its groups cannot be told apart");
        return c.Fixed(x.Size.Size!.Value / groups, "its groups cannot be told apart");
    }

    private static bool Divides(Dim size, long groups) => size.Size is { } fixedSize && groups > 0 && fixedSize % groups == 0;

    private static void FreezeBoth(CouplingContext c, DimensionTerm a, DimensionTerm b)
    {
        c.Freeze(a, "the groups of a convolution do not divide it");
        c.Freeze(b, "the groups of a convolution do not divide it");
    }

    private static void Finish(CouplingContext c, IReadOnlyList<DimensionTerm> x, IReadOnlyList<DimensionTerm> w, DimensionTerm channels)
    {
        foreach (var term in w.Skip(2)) c.Freeze(term, "it is the size of a kernel");
        foreach (var term in x.Skip(2)) c.Freeze(term, "a kernel moves along it");
        c.Out(0, [x[0], channels, .. c.OutShape().Skip(2).Select(size => c.Fixed(size, "a kernel moves along it"))]);
    }
}
