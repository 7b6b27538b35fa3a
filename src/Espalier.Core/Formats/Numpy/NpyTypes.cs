using Espalier.Tensors;

namespace Espalier.Formats.Numpy;

/// <summary>Element types of NPY files: kind and size of NumPy's type strings. bfloat16 and the 8-bit floats have none.</summary>
internal static class NpyTypes
{
    /// <summary>The type of a string such as <c>&lt;f4</c>; null if it is none that tensors can have.</summary>
    public static ElementType? Parse(string text)
    {
        if (text.Length < 3 || text[0] is not ('<' or '|' or '=')) return null;
        return text[1..] switch
        {
            "f2" => ElementType.F16,
            "f4" => ElementType.F32,
            "f8" => ElementType.F64,
            "i1" => ElementType.I8,
            "i2" => ElementType.I16,
            "i4" => ElementType.I32,
            "i8" => ElementType.I64,
            "u1" => ElementType.U8,
            "u2" => ElementType.U16,
            "u4" => ElementType.U32,
            "u8" => ElementType.U64,
            "b1" => ElementType.Bool,
            "c8" => ElementType.C64,
            _ => null,
        };
    }

    /// <summary>The string of a type; null for types that NumPy lacks.</summary>
    public static string? Format(ElementType type) => type switch
    {
        ElementType.F16 => "<f2",
        ElementType.F32 => "<f4",
        ElementType.F64 => "<f8",
        ElementType.I8 => "|i1",
        ElementType.I16 => "<i2",
        ElementType.I32 => "<i4",
        ElementType.I64 => "<i8",
        ElementType.U8 => "|u1",
        ElementType.U16 => "<u2",
        ElementType.U32 => "<u4",
        ElementType.U64 => "<u8",
        ElementType.Bool => "|b1",
        ElementType.C64 => "<c8",
        _ => null,
    };

    /// <summary>What to do about a type string that cannot be read.</summary>
    public static string Remedy(string text) => text switch
    {
        ['>', ..] => $"Convert it to little-endian: array.astype('<{text[1..]}')",
        [_, 'O', ..] => "It holds Python objects, which are never executed; save arrays of numbers",
        [_, 'U' or 'S', ..] => "It holds texts; save arrays of numbers",
        _ => "Save it as one of f2, f4, f8, i1 to i8, u1 to u8, bool or c8",
    };
}
