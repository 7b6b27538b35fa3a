using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Products of integers and of quantised values. They are formed in doubles, which hold every sum of 8-bit products exactly.</summary>
internal static class IntegerProductOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["ConvInteger"] = static (in OperatorCall c) =>
            [ConvolutionOperators.Convolve(c, Centred(c[0], c.Optional(2)), Centred(c[1], Column(c.Optional(3), c[1])), null).to(ScalarType.Int32)];
        table["MatMulInteger"] = static (in OperatorCall c) => [Centred(c[0], Rows(c.Optional(2), c[0])).matmul(Centred(c[1], c.Optional(3))).to(ScalarType.Int32)];
        table["QLinearConv"] = static (in OperatorCall c) => [Conv(c)];
        table["QLinearMatMul"] = static (in OperatorCall c) => [MatMul(c)];
        table["com.microsoft.QGemm"] = static (in OperatorCall c) => [Gemm(c)];
    }

    /// <summary>Inputs: x, scale, zero point; weight, scale, zero point (one or one per output); scale and zero point of the result; bias, an integer.</summary>
    private static Tensor Conv(in OperatorCall call)
    {
        var (x, weight) = (call[0], call[3]);
        var sums = ConvolutionOperators.Convolve(call, Centred(x, call[2]), Centred(weight, Column(call[5], weight)), call.Optional(8)?.to(ScalarType.Float64));
        var factor = call[1].reshape().mul(call[4].reshape(-1)).div(call[6].reshape());
        return Requantize(call, sums, factor.reshape([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]), 7);
    }

    /// <summary>Inputs: a, scale, zero point (one or one per row); b, scale, zero point (one or one per column); scale and zero point of the result.</summary>
    private static Tensor MatMul(in OperatorCall call)
    {
        var (a, b) = (call[0], call[3]);
        var sums = Centred(a, Rows(call[2], a)).matmul(Centred(b, call[5]));
        return Requantize(call, sums, Rows(call[1], a)!.mul(call[4]).div(call[6].reshape()), 7);
    }

    /// <summary>Inputs: a, scale, zero point; b, scale, zero point (one or one per column); c, an integer; scale and zero point of the result, without which it is a float.</summary>
    private static Tensor Gemm(in OperatorCall call)
    {
        var a = call.Attributes.Int("transA", 0) != 0 ? call[0].t() : call[0];
        var b = call.Attributes.Int("transB", 0) != 0 ? call[3].t() : call[3];
        var sums = Centred(a, call[2]).mm(Centred(b, call[5]));
        if (call.Optional(6) is { } bias) sums = sums.add(bias.to(ScalarType.Float64));
        var factor = call[1].reshape().mul(call.Attributes.Float("alpha", 1)).mul(call[4]);
        return call.Optional(7) is { } scale ? Requantize(call, sums, factor.div(scale.reshape()), 8) : sums.to(ScalarType.Float32).mul(factor);
    }

    private static Tensor Requantize(in OperatorCall call, Tensor sums, Tensor factor, int zeroPoint) =>
        QuantizedType.OfZeroPoint(call, zeroPoint).Round(sums.to(ScalarType.Float32).mul(factor), call.Optional(zeroPoint)?.reshape());

    private static Tensor Centred(Tensor x, Tensor? zeroPoint) =>
        zeroPoint is null ? x.to(ScalarType.Float64) : x.to(ScalarType.Float64).sub((zeroPoint.numel() == 1 ? zeroPoint.reshape() : zeroPoint).to(ScalarType.Float64));

    /// <summary>A list with one entry per row of a matrix, as a column.</summary>
    private static Tensor? Rows(Tensor? list, Tensor matrix) => list is null || list.dim() != 1 || list.numel() == 1 || matrix.dim() < 2 ? list : list.unsqueeze(1);

    /// <summary>A list with one entry per output of a weight [outputs, ...], in a shape that broadcasts to the weight.</summary>
    private static Tensor? Column(Tensor? list, Tensor weight) =>
        list is null || list.numel() == 1 ? list : list.reshape([-1, .. Enumerable.Repeat(1L, (int)weight.dim() - 1)]);
}
