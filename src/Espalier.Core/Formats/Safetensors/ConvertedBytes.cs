using Espalier.Tensors;

namespace Espalier.Formats.Safetensors;

/// <summary>Raw bytes of tensor data in a stated element type, converted on the way when the types differ.</summary>
internal static class ConvertedBytes
{
    /// <summary>A filler for data in the stated type. Values that are finite must stay finite.</summary>
    /// <exception cref="EspalierException">The conversion is not one between floating-point types, or not offered.</exception>
    public static TensorFiller From(TensorData data, ElementType target, string where)
    {
        if (data.ElementType == target) return data.CopyBytes;
        var supported = data.ElementType.IsFloat() && target is ElementType.F32 or ElementType.F16 or ElementType.BF16 or ElementType.F64;
        if (!supported)
        {
            throw new EspalierException($"{data.ElementType} cannot be written as {target}", where,
                "Only floating-point types are converted, to F32, F16, BF16 or F64. Keep the type of this tensor");
        }
        var size = target.Size();
        var values = Array.Empty<float>();
        return (byteOffset, destination) =>
        {
            var count = destination.Length / size;
            if (values.Length < count) values = new float[count];
            var chunk = values.AsSpan(0, count);
            data.ReadSingle(byteOffset / size, chunk);
            if (target is ElementType.F16 or ElementType.BF16) CheckRange(chunk, target, where);
            ElementConversion.FromSingle(target, chunk, destination);
        };
    }

    // 65520 is the first value that rounds to infinity in binary16; for bfloat16 it is the middle between its largest value and 2^128.
    private static void CheckRange(ReadOnlySpan<float> values, ElementType target, string where)
    {
        var limit = target == ElementType.F16 ? 65520f : BitConverter.UInt32BitsToSingle(0x7F7F8000);
        foreach (var value in values)
        {
            if (!float.IsFinite(value) || MathF.Abs(value) < limit) continue;
            throw new EspalierException($"the value {value:R} does not fit {target}", where, "Write BF16 or F32 instead");
        }
    }
}
