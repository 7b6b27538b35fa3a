using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Espalier.Tensors;

/// <summary>Widening and narrowing between element types.</summary>
public static class ElementConversion
{
    private const int ChunkBytes = 1 << 16;

    /// <summary>Reads elements of any type as 32-bit floats, in bounded chunks.</summary>
    public static void ReadSingle(TensorData data, long start, Span<float> destination)
    {
        var size = data.ElementType.Size();
        if (data.ElementType == ElementType.F32)
        {
            data.CopyBytes(start * size, MemoryMarshal.AsBytes(destination));
            return;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            while (destination.Length > 0)
            {
                var count = Math.Min(destination.Length, ChunkBytes / size);
                var raw = buffer.AsSpan(0, count * size);
                data.CopyBytes(start * size, raw);
                ToSingle(data.ElementType, raw, destination[..count]);
                destination = destination[count..];
                start += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads elements of an integer type or Boolean as 64-bit integers.</summary>
    public static void ReadInt64(TensorData data, long start, Span<long> destination)
    {
        var size = data.ElementType.Size();
        var raw = new byte[size];
        for (var i = 0; i < destination.Length; i++)
        {
            data.CopyBytes((start + i) * size, raw);
            destination[i] = data.ElementType switch
            {
                ElementType.I64 => MemoryMarshal.Read<long>(raw),
                ElementType.I32 => MemoryMarshal.Read<int>(raw),
                ElementType.I16 => MemoryMarshal.Read<short>(raw),
                ElementType.I8 => (sbyte)raw[0],
                ElementType.U64 => checked((long)MemoryMarshal.Read<ulong>(raw)),
                ElementType.U32 => MemoryMarshal.Read<uint>(raw),
                ElementType.U16 => MemoryMarshal.Read<ushort>(raw),
                ElementType.U8 or ElementType.Bool => raw[0],
                _ => throw new InvalidOperationException($"{data.ElementType} is not an integer type."),
            };
        }
    }

    /// <summary>Converts raw little-endian elements to 32-bit floats.</summary>
    /// <param name="type">Type of the raw elements.</param>
    /// <param name="raw">As many elements as <paramref name="destination"/> has.</param>
    /// <param name="destination">Receives the values.</param>
    public static void ToSingle(ElementType type, ReadOnlySpan<byte> raw, Span<float> destination)
    {
        switch (type)
        {
            case ElementType.F32:
                raw.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case ElementType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(raw), destination);
                break;
            case ElementType.BF16:
                var halves = MemoryMarshal.Cast<byte, ushort>(raw);
                for (var i = 0; i < destination.Length; i++) destination[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                break;
            case ElementType.F64:
                Convert(MemoryMarshal.Cast<byte, double>(raw), destination);
                break;
            case ElementType.F8E4M3:
                for (var i = 0; i < destination.Length; i++) destination[i] = Float8E4M3ToSingle(raw[i]);
                break;
            case ElementType.F8E5M2:
                for (var i = 0; i < destination.Length; i++) destination[i] = (float)BitConverter.UInt16BitsToHalf((ushort)(raw[i] << 8));
                break;
            case ElementType.I64: Convert(MemoryMarshal.Cast<byte, long>(raw), destination); break;
            case ElementType.I32: Convert(MemoryMarshal.Cast<byte, int>(raw), destination); break;
            case ElementType.I16: Convert(MemoryMarshal.Cast<byte, short>(raw), destination); break;
            case ElementType.I8: Convert(MemoryMarshal.Cast<byte, sbyte>(raw), destination); break;
            case ElementType.U64: Convert(MemoryMarshal.Cast<byte, ulong>(raw), destination); break;
            case ElementType.U32: Convert(MemoryMarshal.Cast<byte, uint>(raw), destination); break;
            case ElementType.U16: Convert(MemoryMarshal.Cast<byte, ushort>(raw), destination); break;
            case ElementType.U8 or ElementType.Bool: Convert(raw, destination); break;
            default: throw new InvalidOperationException($"{type} cannot be read as real numbers.");
        }
    }

    /// <summary>Converts 32-bit floats to raw little-endian elements, rounding to nearest, ties to even.</summary>
    /// <param name="type">F32, F16, BF16 or F64.</param>
    /// <param name="values">Values to convert.</param>
    /// <param name="raw">Receives <c>values.Length * type.Size()</c> bytes.</param>
    public static void FromSingle(ElementType type, ReadOnlySpan<float> values, Span<byte> raw)
    {
        switch (type)
        {
            case ElementType.F32:
                MemoryMarshal.AsBytes(values).CopyTo(raw);
                break;
            case ElementType.F16:
                TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(raw));
                break;
            case ElementType.BF16:
                var halves = MemoryMarshal.Cast<byte, ushort>(raw);
                for (var i = 0; i < values.Length; i++) halves[i] = SingleToBFloat16(values[i]);
                break;
            case ElementType.F64:
                var doubles = MemoryMarshal.Cast<byte, double>(raw);
                for (var i = 0; i < values.Length; i++) doubles[i] = values[i];
                break;
            default: throw new InvalidOperationException($"Writing 32-bit floats as {type} is not supported.");
        }
    }

    /// <summary>Upper 16 bits of a float, rounded to nearest, ties to even; NaN stays NaN.</summary>
    public static ushort SingleToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static float Float8E4M3ToSingle(byte bits)
    {
        var sign = (bits & 0x80) != 0 ? -1f : 1f;
        var exponent = (bits >> 3) & 0xF;
        var mantissa = bits & 0x7;
        if (exponent == 0xF && mantissa == 0x7) return float.NaN;
        return exponent == 0 ? sign * mantissa * MathF.ScaleB(1, -9) : sign * (8 + mantissa) * MathF.ScaleB(1, exponent - 10);
    }

    private static void Convert<T>(ReadOnlySpan<T> source, Span<float> destination)
        where T : System.Numerics.INumber<T>
    {
        for (var i = 0; i < destination.Length; i++) destination[i] = float.CreateTruncating(source[i]);
    }
}
