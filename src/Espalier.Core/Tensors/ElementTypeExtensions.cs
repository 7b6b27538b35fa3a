namespace Espalier.Tensors;

/// <summary>Facts about element types.</summary>
public static class ElementTypeExtensions
{
    /// <summary>Size of one element in bytes; 1 for types that pack several elements into a byte, see <see cref="ByteCount"/>, and for text.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.C128 => 16,
        ElementType.F64 or ElementType.I64 or ElementType.U64 or ElementType.C64 => 8,
        ElementType.F32 or ElementType.I32 or ElementType.U32 => 4,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 or ElementType.U16 => 2,
        _ => 1,
    };

    /// <summary>Bytes that a number of elements occupies in a tensor; 0 for text, which has no fixed size.</summary>
    public static long ByteCount(this ElementType type, long elements) => type switch
    {
        ElementType.F4E2M1 or ElementType.I4 or ElementType.U4 => (elements / 2) + (elements % 2),
        ElementType.I2 or ElementType.U2 => (elements / 4) + (elements % 4 == 0 ? 0 : 1),
        ElementType.String => 0,
        _ => checked(elements * type.Size()),
    };

    /// <summary>True for types that pack several elements into a byte.</summary>
    public static bool IsPacked(this ElementType type) => type is ElementType.F4E2M1 or ElementType.I4 or ElementType.U4 or ElementType.I2 or ElementType.U2;

    /// <summary>True for the floating-point types that can be computed with.</summary>
    public static bool IsFloat(this ElementType type) => type is ElementType.F32 or ElementType.F16 or ElementType.BF16
        or ElementType.F64 or ElementType.F8E4M3 or ElementType.F8E5M2;
}
