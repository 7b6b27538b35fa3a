using Espalier.Coupling;
using Espalier.Graphs;

namespace Espalier.Methods.Structure;

/// <summary>Finds the parameter that is added to the outputs of a consumer and to nothing else.</summary>
internal static class BiasPlace
{
    /// <summary>The bias; null if there is none, or if others share it.</summary>
    public static Parameter? Find(IReadOnlyList<Contraction> uses, ILookup<Value, Node> readers)
    {
        var places = uses.Select(use => Of(use, readers)).Distinct().ToArray();
        if (places is not [{ } bias]) return null;
        return readers[bias.Value].All(reader => uses.Any(use => use.Node == reader || readers[use.Node.Output].Contains(reader))) ? bias : null;
    }

    /// <summary>The consumer's output with its bias: behind a matrix product the bias is a node of its own.</summary>
    public static Value Output(Contraction use, Parameter? bias, ILookup<Value, Node> readers) =>
        use.Node.OpType == "MatMul" && bias is not null ? readers[use.Node.Output].Single().Output : use.Node.Output;

    private static Parameter? Of(Contraction use, ILookup<Value, Node> readers)
    {
        var outputs = use.Weight.Shape[use.WeightAxis == 0 ? 1 : 0];
        if (use.Node.OpType is "Conv" or "Gemm")
            return use.Node.OptionalInput(2)?.Parameter is { } own && own.Shape.Rank == 1 && own.Shape[0] == outputs && use.Node.Attributes.Float("beta", 1) == 1 && use.Node.Attributes.Float("alpha", 1) == 1 ? own : null;
        if (readers[use.Node.Output].ToArray() is not [{ OpType: "Add" } add]) return null;
        var other = add.Input(0) == use.Node.Output ? add.Input(1) : add.Input(0);
        return other.Parameter is { } bias && bias.Shape.Rank == 1 && bias.Shape[0] == outputs ? bias : null;
    }
}
