using Espalier.Tensors;
using static Espalier.Formats.Onnx.Schema.TensorProto.Types;

namespace Espalier.Formats.Onnx;

/// <summary>Element types as ONNX numbers them.</summary>
internal static class OnnxTypes
{
    private static readonly (ElementType Type, DataType Onnx)[] Pairs =
    [
        (ElementType.F32, DataType.Float),
        (ElementType.F16, DataType.Float16),
        (ElementType.BF16, DataType.Bfloat16),
        (ElementType.F64, DataType.Double),
        (ElementType.F8E4M3, DataType.Float8E4M3Fn),
        (ElementType.F8E5M2, DataType.Float8E5M2),
        (ElementType.I64, DataType.Int64),
        (ElementType.I32, DataType.Int32),
        (ElementType.I16, DataType.Int16),
        (ElementType.I8, DataType.Int8),
        (ElementType.U64, DataType.Uint64),
        (ElementType.U32, DataType.Uint32),
        (ElementType.U16, DataType.Uint16),
        (ElementType.U8, DataType.Uint8),
        (ElementType.Bool, DataType.Bool),
        (ElementType.C64, DataType.Complex64),
        (ElementType.F8E4M3Uz, DataType.Float8E4M3Fnuz),
        (ElementType.F8E5M2Uz, DataType.Float8E5M2Fnuz),
        (ElementType.F8E8M0, DataType.Float8E8M0),
        (ElementType.C128, DataType.Complex128),
        (ElementType.F4E2M1, DataType.Float4E2M1),
        (ElementType.I4, DataType.Int4),
        (ElementType.U4, DataType.Uint4),
        (ElementType.I2, DataType.Int2),
        (ElementType.U2, DataType.Uint2),
        (ElementType.String, DataType.String),
    ];

    /// <summary>The number of an element type.</summary>
    public static DataType ToOnnx(ElementType type)
    {
        foreach (var pair in Pairs)
        {
            if (pair.Type == type) return pair.Onnx;
        }
        throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type.");
    }

    /// <summary>The element type of a number; null for a number that ONNX does not define.</summary>
    public static ElementType? FromOnnx(int number)
    {
        foreach (var pair in Pairs)
        {
            if ((int)pair.Onnx == number) return pair.Type;
        }
        return null;
    }
}
