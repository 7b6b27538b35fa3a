using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Comparisons, logic and selection.</summary>
internal static class ComparisonOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Equal"] = static (in OperatorCall c) => [c[0].eq(c[1])];
        table["Greater"] = static (in OperatorCall c) => [c[0].gt(c[1])];
        table["GreaterOrEqual"] = static (in OperatorCall c) => [c[0].ge(c[1])];
        table["Less"] = static (in OperatorCall c) => [c[0].lt(c[1])];
        table["LessOrEqual"] = static (in OperatorCall c) => [c[0].le(c[1])];
        table["And"] = static (in OperatorCall c) => [c[0].logical_and(c[1])];
        table["Or"] = static (in OperatorCall c) => [c[0].logical_or(c[1])];
        table["Not"] = static (in OperatorCall c) => [c[0].logical_not()];
        table["Where"] = static (in OperatorCall c) => [where(c[0], c[1], c[2])];
    }
}
