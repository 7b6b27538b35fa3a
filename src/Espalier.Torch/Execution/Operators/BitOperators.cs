using Espalier.Tensors;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Bits of integers. Unsigned types that libtorch lacks are held in wider signed ones and cut to their width.</summary>
internal static class BitOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["BitwiseAnd"] = static (in OperatorCall c) => [c[0].bitwise_and(c[1])];
        table["BitwiseOr"] = static (in OperatorCall c) => [c[0].bitwise_or(c[1])];
        table["BitwiseXor"] = static (in OperatorCall c) => [c[0].bitwise_xor(c[1])];
        table["BitwiseNot"] = static (in OperatorCall c) => [Cut(c[0].bitwise_not(), c.Node.Inputs[0]?.ElementType)];
        table["BitShift"] = static (in OperatorCall c) => [Shift(c)];
    }

    /// <summary>The value modulo the number of values that an unsigned type has.</summary>
    public static Tensor Cut(Tensor x, ElementType? type) => type switch
    {
        ElementType.U16 => x.bitwise_and(tensor(0xFFFF, ScalarType.Int32).to(x.device)),
        ElementType.U32 => x.bitwise_and(tensor(0xFFFFFFFFL, ScalarType.Int64).to(x.device)),
        _ => x,
    };

    private static Tensor Shift(in OperatorCall call) => call.Attributes.String("direction", "") switch
    {
        "LEFT" => Cut(call[0].bitwise_left_shift(call[1]), call.Node.Inputs[0]?.ElementType),
        "RIGHT" => call[0].bitwise_right_shift(call[1]),
        var other => throw new EspalierException($"BitShift has the direction '{other}'; LEFT and RIGHT are defined", $"node '{call.Node.Name}'"),
    };
}
