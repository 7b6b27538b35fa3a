namespace Espalier.Numerics;

/// <summary>
/// The vector operations that the kernels are written in. Kernels are generic over an implementation (a struct), so the compiler
/// makes one specialised copy per width with every call inlined. Comparisons return lanes of all one bits or all zero bits.
/// </summary>
/// <typeparam name="TVector">The vector of floats: Vector512, Vector256, Vector128 or a plain float.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    static abstract int Width { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(float* destination, TVector value);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>left * right + addend, fused where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>Rounds to the nearest integer, halves to even.</summary>
    static abstract TVector Round(TVector value);

    /// <summary>value * 2^exponent for whole exponents between -126 and 127, where neither value nor result is subnormal.</summary>
    static abstract TVector Scale(TVector value, TVector exponent);

    static abstract TVector Min(TVector left, TVector right);

    static abstract TVector Max(TVector left, TVector right);

    static abstract TVector LessThan(TVector left, TVector right);

    static abstract TVector LessThanOrEqual(TVector left, TVector right);

    /// <summary>Takes bits from <paramref name="whenTrue"/> where the mask has ones, otherwise from <paramref name="whenFalse"/>.</summary>
    static abstract TVector Select(TVector mask, TVector whenTrue, TVector whenFalse);

    /// <summary>Bit i is set where lane i of the mask is all ones.</summary>
    static abstract uint MaskBits(TVector mask);

    static abstract float Sum(TVector value);
}
