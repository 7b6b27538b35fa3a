using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>
/// Quantised operators that ONNX Runtime's quantiser writes (domain com.microsoft): each is the float operator between dequantisation and quantisation.
/// </summary>
internal static class MicrosoftOperators
{
    private const string Domain = "com.microsoft.";

    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table[Domain + "QLinearAdd"] = static (in OperatorCall c) => [Quantized(c, Float(c, 0).add(Float(c, 3)), 6)];
        table[Domain + "QLinearMul"] = static (in OperatorCall c) => [Quantized(c, Float(c, 0).mul(Float(c, 3)), 6)];
        table[Domain + "QLinearSigmoid"] = static (in OperatorCall c) => [Quantized(c, Float(c, 0).sigmoid(), 3)];
        table[Domain + "QLinearLeakyRelu"] = static (in OperatorCall c) => [Quantized(c, ActivationOperators.LeakyRelu(c, Float(c, 0)), 3)];
        table[Domain + "QLinearConcat"] = static (in OperatorCall c) => [Concat(c)];
        table[Domain + "QLinearGlobalAveragePool"] = static (in OperatorCall c) => [Quantized(c, ChannelsFirst(c, static (in OperatorCall _, Tensor x) =>
            x.mean([.. Enumerable.Range(2, (int)x.dim() - 2).Select(axis => (long)axis)], keepdim: true)), 3)];
        table[Domain + "QLinearAveragePool"] = static (in OperatorCall c) => [Quantized(c, ChannelsFirst(c, static (in OperatorCall call, Tensor x) => PoolingOperators.Average(call, x, overhang: true)), 3)];
    }

    private delegate Tensor Pool(in OperatorCall call, Tensor x);

    /// <summary>A value, its scale and its optional zero point as floats.</summary>
    private static Tensor Float(in OperatorCall call, int index) => QuantizedType.Dequantize(call[index], call[index + 1].reshape(), call.Optional(index + 2)?.reshape());

    /// <summary>Floats with the scale at an input and the optional zero point, whose type the result has, after it; else the result has the type of the first value.</summary>
    private static Tensor Quantized(in OperatorCall call, Tensor x, int scale)
    {
        var type = call.Optional(scale + 1) is not null ? QuantizedType.OfZeroPoint(call, scale + 1) : QuantizedType.OfOnnx(call, call[0].dtype == ScalarType.Int8 ? 3 : 2);
        return type.Quantize(x, call[scale].reshape(), call.Optional(scale + 1)?.reshape());
    }

    /// <summary>Scale and zero point of the result, then triples of value, scale and zero point.</summary>
    private static Tensor Concat(in OperatorCall call)
    {
        var parts = new Tensor[(call.Inputs.Length - 2) / 3];
        for (var i = 0; i < parts.Length; i++) parts[i] = Float(call, 2 + (3 * i));
        var joined = cat(parts, call.Attributes.Int("axis", 0));
        return QuantizedType.OfZeroPoint(call, 1).Quantize(joined, call[0].reshape(), call.Optional(1)?.reshape());
    }

    private static Tensor ChannelsFirst(in OperatorCall call, Pool pool)
    {
        var x = Float(call, 0);
        if (call.Attributes.Int("channels_last", 0) == 0) return pool(call, x);
        var rank = (int)x.dim();
        var first = x.permute([0, rank - 1, .. Enumerable.Range(1, rank - 2).Select(axis => (long)axis)]);
        return pool(call, first).permute([0, .. Enumerable.Range(2, rank - 2).Select(axis => (long)axis), 1]);
    }
}
