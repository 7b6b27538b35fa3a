namespace Espalier.Tensors;

/// <summary>Type of one tensor element. Names follow the safetensors specification.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>bfloat16: the upper half of a binary32.</summary>
    BF16,

    /// <summary>IEEE 754 binary64.</summary>
    F64,

    /// <summary>8-bit float, 4 exponent and 3 mantissa bits, no infinities (FN).</summary>
    F8E4M3,

    /// <summary>8-bit float, 5 exponent and 2 mantissa bits.</summary>
    F8E5M2,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>Boolean, one byte, 0 or 1.</summary>
    Bool,

    /// <summary>Complex number of two binary32 values: real, imaginary.</summary>
    C64,

    /// <summary>8-bit float, 4 exponent and 3 mantissa bits, one zero (FNUZ). Stored and copied, not computed with.</summary>
    F8E4M3Uz,

    /// <summary>8-bit float, 5 exponent and 2 mantissa bits, one zero (FNUZ). Stored and copied, not computed with.</summary>
    F8E5M2Uz,

    /// <summary>8-bit power of two. Stored and copied, not computed with.</summary>
    F8E8M0,

    /// <summary>Complex number of two binary64 values. Stored and copied, not computed with.</summary>
    C128,

    /// <summary>4-bit float, two in a byte, the first in the low half. Stored and copied, not computed with.</summary>
    F4E2M1,

    /// <summary>Signed 4-bit integer, two in a byte. Stored and copied, not computed with.</summary>
    I4,

    /// <summary>Unsigned 4-bit integer, two in a byte. Stored and copied, not computed with.</summary>
    U4,

    /// <summary>Signed 2-bit integer, four in a byte. Stored and copied, not computed with.</summary>
    I2,

    /// <summary>Unsigned 2-bit integer, four in a byte. Stored and copied, not computed with.</summary>
    U2,

    /// <summary>Text of any length, see <see cref="StringTensorData"/>.</summary>
    String,
}
