namespace Espalier.Tensors;

/// <summary>Facts about element types.</summary>
public static class ElementTypeExtensions
{
    /// <summary>Size of one element in bytes.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.F64 or ElementType.I64 or ElementType.U64 or ElementType.C64 => 8,
        ElementType.F32 or ElementType.I32 or ElementType.U32 => 4,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 or ElementType.U16 => 2,
        _ => 1,
    };

    /// <summary>True for the floating-point types.</summary>
    public static bool IsFloat(this ElementType type) => type is ElementType.F32 or ElementType.F16 or ElementType.BF16
        or ElementType.F64 or ElementType.F8E4M3 or ElementType.F8E5M2;
}
