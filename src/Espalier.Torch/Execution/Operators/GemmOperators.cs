using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>The general matrix product.</summary>
internal static class GemmOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Gemm"] = static (in OperatorCall c) => [Gemm(c)];
    }

    /// <summary>alpha * A' * B' + beta * C, where C is broadcast to [rows, columns] and optional since operator set 11.</summary>
    private static Tensor Gemm(in OperatorCall call)
    {
        var a = call.Attributes.Int("transA", 0) != 0 ? call[0].t() : call[0];
        var b = call.Attributes.Int("transB", 0) != 0 ? call[1].t() : call[1];
        var (alpha, beta) = (call.Attributes.Float("alpha", 1), call.Attributes.Float("beta", 1));
        var c = beta == 0 ? null : call.Optional(2);
        if (!a.is_floating_point()) return Integers(a, b, c, alpha, beta);
        if (c is not null) return addmm(c, a, b, beta, alpha);
        var product = a.mm(b);
        return alpha == 1 ? product : product.mul(alpha);
    }

    /// <summary>Doubles hold the products of 32-bit integers of usual size exactly.</summary>
    private static Tensor Integers(Tensor a, Tensor b, Tensor? c, float alpha, float beta)
    {
        var product = a.to(ScalarType.Float64).mm(b.to(ScalarType.Float64)).mul(alpha);
        if (c is not null) product = product.add(c.to(ScalarType.Float64).mul(beta));
        return product.to(a.dtype);
    }
}
