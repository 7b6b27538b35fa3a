using Espalier.Tensors;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Conversions between element types. Narrow floats are rounded to their type and stay 32-bit floats.</summary>
internal static class ConversionOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Cast"] = static (in OperatorCall c) => [Convert(c, Target(c), Saturates(c))];
        table["CastLike"] = static (in OperatorCall c) => [Like(c)];
    }

    /// <summary>Converts to an element type.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="type">The type wanted.</param>
    /// <param name="saturate">For 8-bit floats: too large values become the largest one instead of NaN or infinity.</param>
    public static Tensor Convert(Tensor x, ElementType type, bool saturate = true) => type switch
    {
        ElementType.F16 => Rounded(x, static wide => wide.to(ScalarType.Float16).to(ScalarType.Float32)),
        ElementType.BF16 => Rounded(x, static wide => wide.to(ScalarType.BFloat16).to(ScalarType.Float32)),
        ElementType.F8E4M3 => Rounded(x, wide => RoundToFloat8(wide, mantissa: 3, smallestExponent: -6, largest: 448, beyond: double.NaN, saturate)),
        ElementType.F8E5M2 => Rounded(x, wide => RoundToFloat8(wide, mantissa: 2, smallestExponent: -14, largest: 57344, beyond: double.PositiveInfinity, saturate)),
        ElementType.U16 or ElementType.U32 => BitOperators.Cut(x.to(TensorInterop.ComputationType(type)), type),
        _ => x.to(TensorInterop.ComputationType(type)),
    };

    private static Tensor Convert(in OperatorCall call, ElementType type, bool saturate)
    {
        try
        {
            return Convert(call[0], type, saturate);
        }
        catch (EspalierException e)
        {
            throw new EspalierException(e.Message, $"node '{call.Node.Name}'", inner: e);
        }
    }

    private static ElementType Target(in OperatorCall call)
    {
        // Before operator set 6 the type was a name.
        var number = call.Node.OpsetVersion < 6 && call.Attributes.Any(static pair => pair is { Key: "to", Value: string }) ? Number(call.Attributes.String("to", "")) : call.Attributes.Int("to", 1);
        return TensorInterop.ElementTypeFromOnnx(number);
    }

    private static long Number(string name) => name switch
    {
        "FLOAT" => 1,
        "UINT8" => 2,
        "INT8" => 3,
        "UINT16" => 4,
        "INT16" => 5,
        "INT32" => 6,
        "INT64" => 7,
        "BOOL" => 9,
        "FLOAT16" => 10,
        "DOUBLE" => 11,
        "UINT32" => 12,
        "UINT64" => 13,
        _ => 0,
    };

    private static Tensor Like(in OperatorCall call) =>
        call.Node.Inputs[1]?.ElementType is { } type ? Convert(call, type, Saturates(call)) : call[0].to(call[1].dtype);

    private static bool Saturates(in OperatorCall call) => call.Attributes.Int("saturate", 1) != 0;

    /// <summary>
    /// A rounded value whose gradient is that of the value itself: the gradient is not squeezed through the narrow type, in which small ones
    /// would vanish. The difference of a float and its rounding is exact, so adding it gives the rounded value exactly.
    /// </summary>
    private static Tensor Rounded(Tensor x, Func<Tensor, Tensor> round)
    {
        var rounded = round(x.detach());
        if (!is_grad_enabled() || !x.requires_grad) return rounded;
        var wide = x.to(ScalarType.Float32);
        var finite = rounded.isfinite();
        return where(finite, wide.add(rounded.sub(wide.detach()).nan_to_num(0, 0, 0)), rounded);
    }

    /// <summary>To the nearest representable number, halves to the even mantissa. Computed in double precision, where all steps are exact.</summary>
    private static Tensor RoundToFloat8(Tensor x, int mantissa, int smallestExponent, double largest, double beyond, bool saturate)
    {
        var wide = x.to(ScalarType.Float64);
        // frexp gives a mantissa in [1/2, 1): the exponent of the leading bit is one less.
        var exponent = wide.frexp().Exponent.to(ScalarType.Float64).sub(1).clamp_min(smallestExponent);
        var step = exponent.sub(mantissa).exp2();
        var rounded = wide.div(step).round().mul(step);
        var tooLarge = rounded.abs().gt(largest);
        var replacement = wide.sign().mul(saturate ? largest : beyond);
        return where(wide.isnan(), wide, where(tooLarge, replacement, rounded)).to(ScalarType.Float32);
    }
}
