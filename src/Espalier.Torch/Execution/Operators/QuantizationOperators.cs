using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>
/// Between floats and integers: per tensor, per axis and per block. Rounding has no useful gradient, so quantisation stops it; dequantisation passes it to
/// the scale.
/// </summary>
internal static class QuantizationOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        // ONNX Runtime's own versions had 16-bit types before ONNX.
        foreach (var prefix in (ReadOnlySpan<string>)["", "com.microsoft."])
        {
            table[prefix + "QuantizeLinear"] = static (in OperatorCall c) => [Quantize(c)];
            table[prefix + "DequantizeLinear"] = static (in OperatorCall c) => [Dequantize(c)];
        }
        table["DynamicQuantizeLinear"] = static (in OperatorCall c) => Dynamic(c);
    }

    private static Tensor Quantize(in OperatorCall call)
    {
        var named = call.Attributes.Int("output_dtype", 0);
        var type = named != 0 ? QuantizedType.OfOnnx(call, named) : QuantizedType.OfZeroPoint(call, 2);
        var x = call[0].is_floating_point() ? call[0] : call[0].to(call[1].dtype);
        return type.Quantize(x, Spread(call, call[1], x), call.Optional(2) is { } zero ? Spread(call, zero, x) : null);
    }

    private static Tensor Dequantize(in OperatorCall call) =>
        QuantizedType.Dequantize(call[0], Spread(call, call[1], call[0]), call.Optional(2) is { } zero ? Spread(call, zero, call[0]) : null);

    /// <summary>
    /// A scale or zero point in a shape that broadcasts to x: one number, a list along <c>axis</c>, or, with <c>block_size</c>, a tensor of x's shape whose
    /// entries along the axis each serve a block; the last block may be shorter.
    /// </summary>
    private static Tensor Spread(in OperatorCall call, Tensor parameter, Tensor x)
    {
        if (parameter.numel() == 1 && parameter.dim() <= 1) return parameter.reshape();
        var axis = call.Attributes.Int("axis", 1);
        if (axis < 0) axis += x.dim();
        var block = call.Attributes.Int("block_size", 0);
        if (block > 0)
        {
            if (parameter.dim() != x.dim() || (x.shape[axis] + block - 1) / block != parameter.shape[axis])
                throw new EspalierException($"blocks of {block} on an axis of {x.shape[axis]} do not fit {parameter.shape[Math.Min(axis, parameter.dim() - 1)]} scales", $"node '{call.Node.Name}'");
            return parameter.repeat_interleave(block, axis).narrow(axis, 0, x.shape[axis]);
        }
        return parameter.reshape([-1, .. Enumerable.Repeat(1L, (int)(x.dim() - 1 - axis))]);
    }

    /// <summary>To unsigned 8-bit integers by the range of x, which is widened to hold zero. Outputs: values, scale, zero point.</summary>
    private static Tensor[] Dynamic(in OperatorCall call)
    {
        var x = call[0].detach();
        var (low, high) = (x.min().clamp(max: 0), x.max().clamp(min: 0));
        var scale = high.sub(low).div(255);
        scale = scale.masked_fill(scale.eq(0), 1);
        var zero = low.neg().div(scale).round().clamp(0, 255).to(ScalarType.Byte);
        return [QuantizedType.U8.Quantize(x, scale, zero), scale, zero];
    }
}
