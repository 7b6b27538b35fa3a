using Espalier.Tensors;
using static Espalier.Formats.Onnx.Schema.TensorProto.Types;

namespace Espalier.Formats.Onnx;

/// <summary>Element types as ONNX numbers them.</summary>
internal static class OnnxTypes
{
    /// <summary>The number of an element type.</summary>
    public static DataType ToOnnx(ElementType type) => type switch
    {
        ElementType.F32 => DataType.Float,
        ElementType.F16 => DataType.Float16,
        ElementType.BF16 => DataType.Bfloat16,
        ElementType.F64 => DataType.Double,
        ElementType.F8E4M3 => DataType.Float8E4M3Fn,
        ElementType.F8E5M2 => DataType.Float8E5M2,
        ElementType.I64 => DataType.Int64,
        ElementType.I32 => DataType.Int32,
        ElementType.I16 => DataType.Int16,
        ElementType.I8 => DataType.Int8,
        ElementType.U64 => DataType.Uint64,
        ElementType.U32 => DataType.Uint32,
        ElementType.U16 => DataType.Uint16,
        ElementType.U8 => DataType.Uint8,
        ElementType.Bool => DataType.Bool,
        ElementType.C64 => DataType.Complex64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type."),
    };
}
