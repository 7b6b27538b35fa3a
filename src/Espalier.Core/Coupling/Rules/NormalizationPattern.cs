using Espalier.Graphs;

namespace Espalier.Coupling.Rules;

/// <summary>
/// Recognises the statistics of a normalisation that is written out in single operators: a mean that is only subtracted from, or whose
/// root only divides, values along the same axis. (LayerNorm and RMSNorm of exporters before operator sets 17 and 23.)
/// </summary>
internal static class NormalizationPattern
{
    private static readonly HashSet<string> Passing = ["Add", "Sub", "Mul", "Div", "Sqrt", "Reciprocal", "Pow", "Cast", "Identity", "Max", "Clip"];
    private static readonly HashSet<string> Applying = ["Sub", "Div", "Mul"];

    /// <summary>True if the result of a reduction does nothing but normalise.</summary>
    public static bool Matches(CouplingBuilder builder, Node reduction)
    {
        if (reduction.OpType is not ("ReduceMean" or "ReduceL2" or "ReduceSum" or "ReduceSumSquare") || reduction.Output.Shape is not { } reduced) return false;
        var open = new Stack<Value>([reduction.Output]);
        var seen = new HashSet<Value>();
        var applied = false;
        while (open.TryPop(out var value))
        {
            if (!seen.Add(value)) continue;
            foreach (var reader in builder.Readers(value))
            {
                if (reader.Outputs is not [{ Shape: { } shape } output]) return false;
                if (Passing.Contains(reader.OpType) && shape.SequenceEqual(reduced)) open.Push(output);
                else if (Applying.Contains(reader.OpType)) applied = true;
                else return false;
            }
        }
        return applied;
    }
}
