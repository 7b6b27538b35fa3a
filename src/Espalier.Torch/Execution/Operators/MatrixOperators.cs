using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Matrix products, sums of products, determinants and transposition.</summary>
internal static class MatrixOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["MatMul"] = static (in OperatorCall c) => [c[0].matmul(c[1])];
        table["Einsum"] = static (in OperatorCall c) => [einsum(c.Attributes.String("equation", ""), [.. c.Inputs.OfType<Tensor>()])];
        table["Det"] = static (in OperatorCall c) => [c[0].det()];
        table["Transpose"] = static (in OperatorCall c) => [Transpose(c)];
    }

    /// <summary>A view: the product that follows reads the transposed matrix without a copy.</summary>
    private static Tensor Transpose(in OperatorCall call)
    {
        var permutation = call.Attributes.Ints("perm");
        return permutation is null
            ? call[0].permute([.. Enumerable.Range(0, (int)call[0].dim()).Reverse().Select(axis => (long)axis)])
            : call[0].permute(permutation);
    }
}
