namespace Espalier.Numerics;

/// <summary>One float per "vector": the fallback, and the check on the vector code.</summary>
internal readonly unsafe struct SimdScalar : ISimd<float>
{
    public static int Width => 1;

    public static float Zero => 0f;

    public static float Load(float* source) => *source;

    public static void Store(float* destination, float value) => *destination = value;

    public static float Broadcast(float value) => value;

    public static float Add(float left, float right) => left + right;

    public static float Subtract(float left, float right) => left - right;

    public static float Multiply(float left, float right) => left * right;

    public static float Divide(float left, float right) => left / right;

    public static float MultiplyAdd(float left, float right, float addend) => (left * right) + addend;

    public static float Round(float value) => MathF.Round(value);

    public static float Scale(float value, float exponent) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value) + ((int)exponent << 23));

    public static float Min(float left, float right) => MathF.Min(left, right);

    public static float Max(float left, float right) => MathF.Max(left, right);

    public static float LessThan(float left, float right) => Mask(left < right);

    public static float LessThanOrEqual(float left, float right) => Mask(left <= right);

    public static float Select(float mask, float whenTrue, float whenFalse) => MaskBits(mask) != 0 ? whenTrue : whenFalse;

    public static uint MaskBits(float mask) => BitConverter.SingleToUInt32Bits(mask) >> 31;

    public static float Sum(float value) => value;

    private static float Mask(bool value) => BitConverter.UInt32BitsToSingle(value ? uint.MaxValue : 0u);
}
