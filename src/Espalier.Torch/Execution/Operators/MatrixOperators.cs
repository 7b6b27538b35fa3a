using Espalier.Numerics;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Matrix products, sums of products, determinants and transposition.</summary>
internal static class MatrixOperators
{
    /// <summary>Below so many rows packing the weight costs more than it gains.</summary>
    private const int RowsWorthPacking = 64;

    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["MatMul"] = static (in OperatorCall c) => [IsLinear(c) ? Linear(c) : c[0].matmul(c[1])];
        table["Einsum"] = static (in OperatorCall c) => [einsum(c.Attributes.String("equation", ""), [.. c.Inputs.OfType<Tensor>()])];
        table["Det"] = static (in OperatorCall c) => [c[0].det()];
        table["Transpose"] = static (in OperatorCall c) => [Transpose(c)];
    }

    /// <summary>A product of many rows with a matrix, or a matrix transposed, where no gradient is needed and our own product is the faster.</summary>
    private static bool IsLinear(in OperatorCall call)
    {
        var (x, weight) = (call[0], call[1]);
        if (!Gemm.IsFast || weight.dim() != 2 || x.dim() < 2 || !OperatorCall.IsPlain(x) || weight.dtype != ScalarType.Float32 || weight.device_type != TorchSharp.DeviceType.CPU) return false;
        return x.shape[^1] == weight.shape[0] && x.shape[^1] > 0 && x.numel() / x.shape[^1] >= RowsWorthPacking && (weight.is_contiguous() || IsTransposed(weight));
    }

    /// <summary>True for a transposed view of a contiguous matrix.</summary>
    private static bool IsTransposed(Tensor matrix) => matrix.stride(0) == 1 && matrix.stride(1) == matrix.shape[0];

    private static unsafe Tensor Linear(in OperatorCall call)
    {
        var (x, weight) = (call[0], call[1]);
        var (inputs, outputs) = (checked((int)weight.shape[0]), checked((int)weight.shape[1]));
        var y = empty([.. x.shape[..^1], outputs], ScalarType.Float32);
        var inputsFirst = weight.is_contiguous();
        using var stored = inputsFirst ? weight.alias() : weight.t();
        Gemm.Linear((float*)TensorInterop.Address(x), (float*)TensorInterop.Address(stored), (float*)TensorInterop.Address(y), checked((int)(x.numel() / inputs)), inputs, outputs,
            inputsFirst, get_num_threads());
        return y;
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
