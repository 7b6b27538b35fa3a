using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Comparisons, logic and selection.</summary>
internal static class ComparisonOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        void Add(string name, Func<Tensor, Tensor, Tensor> function) => table[name] = (in OperatorCall c) => [function(c[0], ArithmeticOperators.Second(c))];
        Add("Equal", static (a, b) => a.eq(b));
        Add("Greater", static (a, b) => a.gt(b));
        Add("GreaterOrEqual", static (a, b) => a.ge(b));
        Add("Less", static (a, b) => a.lt(b));
        Add("LessOrEqual", static (a, b) => a.le(b));
        Add("And", static (a, b) => a.logical_and(b));
        Add("Or", static (a, b) => a.logical_or(b));
        Add("Xor", static (a, b) => a.logical_xor(b));
        table["Not"] = static (in OperatorCall c) => [c[0].logical_not()];
        table["Where"] = static (in OperatorCall c) => [where(c[0], c[1], c[2])];
        table["IsNaN"] = static (in OperatorCall c) => [c[0].isnan()];
        table["IsInf"] = static (in OperatorCall c) => [IsInfinite(c)];
    }

    private static Tensor IsInfinite(in OperatorCall call)
    {
        var positive = call.Attributes.Int("detect_positive", 1) != 0;
        var negative = call.Attributes.Int("detect_negative", 1) != 0;
        return (positive, negative) switch
        {
            (true, true) => call[0].isinf(),
            (true, false) => call[0].isposinf(),
            (false, true) => call[0].isneginf(),
            _ => zeros(call[0].shape, ScalarType.Bool, call.Device),
        };
    }
}
