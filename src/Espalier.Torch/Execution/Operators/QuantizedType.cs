using Espalier.Tensors;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>An integer type that quantised values have: its range, and the libtorch type that holds it.</summary>
/// <param name="Storage">Type in memory; unsigned 16-bit integers, which libtorch cannot compute with, are held in 32 bits.</param>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
internal readonly record struct QuantizedType(ScalarType Storage, long Minimum, long Maximum)
{
    /// <summary>Unsigned 8-bit integers.</summary>
    public static QuantizedType U8 => new(ScalarType.Byte, byte.MinValue, byte.MaxValue);

    private static QuantizedType S8 => new(ScalarType.Int8, sbyte.MinValue, sbyte.MaxValue);

    private static QuantizedType U16 => new(ScalarType.Int32, ushort.MinValue, ushort.MaxValue);

    private static QuantizedType S16 => new(ScalarType.Int16, short.MinValue, short.MaxValue);

    private static QuantizedType S32 => new(ScalarType.Int32, int.MinValue, int.MaxValue);

    /// <summary>The type of a zero point, which is that of the result; unsigned 8-bit integers without a zero point.</summary>
    /// <param name="call">The call.</param>
    /// <param name="index">Input index of the zero point.</param>
    public static QuantizedType OfZeroPoint(in OperatorCall call, int index)
    {
        if (call.Optional(index) is not { } zero) return U8;
        var declared = call.Node.Inputs[index]!;
        if ((declared.Parameter?.Data.ElementType ?? declared.ElementType) == ElementType.U16) return U16;
        return zero.dtype switch
        {
            ScalarType.Byte => U8,
            ScalarType.Int8 => S8,
            ScalarType.Int16 => S16,
            ScalarType.Int32 => S32,
            _ => throw call.Unsupported($"quantisation to {zero.dtype}"),
        };
    }

    /// <summary>The type of an ONNX element type number.</summary>
    public static QuantizedType OfOnnx(in OperatorCall call, long type) => type switch
    {
        2 => U8,
        3 => S8,
        4 => U16,
        5 => S16,
        6 => S32,
        _ => throw call.Unsupported($"quantisation to the ONNX element type {type}"),
    };

    /// <summary>Rounds scaled values half to even, adds the zero point and saturates.</summary>
    public Tensor Round(Tensor scaled, Tensor? zeroPoint)
    {
        var rounded = scaled.round();
        if (zeroPoint is not null) rounded = rounded.add(zeroPoint.to(scaled.dtype));
        // Single precision has no 2^31 - 1; what would round up to 2^31 must not wrap around.
        return Storage == ScalarType.Int32 ? rounded.to(ScalarType.Float64).clamp(Minimum, Maximum).to(Storage) : rounded.clamp(Minimum, Maximum).to(Storage);
    }

    /// <summary>Values scaled down, rounded and saturated.</summary>
    public Tensor Quantize(Tensor x, Tensor scale, Tensor? zeroPoint) => Round(x.div(scale), zeroPoint);

    /// <summary>(q - zero point) * scale, in the type of the scale.</summary>
    public static Tensor Dequantize(Tensor q, Tensor scale, Tensor? zeroPoint)
    {
        if (zeroPoint is null) return q.to(scale.dtype).mul(scale);
        return q.to(ScalarType.Int32).sub(zeroPoint.to(ScalarType.Int32)).to(scale.dtype).mul(scale);
    }
}
