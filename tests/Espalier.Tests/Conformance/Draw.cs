using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Random and given inputs of operator cases.</summary>
internal static class Draw
{
    /// <summary>32-bit floats between -2 and 2.</summary>
    public static CaseInput Floats(params long[] shape) => Between(-2, 2, shape);

    /// <summary>32-bit floats between two bounds.</summary>
    public static CaseInput Between(double low, double high, params long[] shape) => Of(ElementType.F32, low, high, shape);

    /// <summary>Truth values.</summary>
    public static CaseInput Booleans(params long[] shape) => Of(ElementType.Bool, 0, 1, shape);

    /// <summary>Elements of any type that can be computed with; integers include both bounds.</summary>
    public static CaseInput Of(ElementType type, double low, double high, params long[] shape)
    {
        return new CaseInput(type, shape, random =>
        {
            var values = new double[new TensorShape(shape).ElementCount];
            for (var i = 0; i < values.Length; i++)
                values[i] = type.IsFloat() ? low + (random.NextDouble() * (high - low)) : random.NextInt64((long)low, (long)high + 1);
            return Encode(type, shape, values);
        });
    }

    /// <summary>Integers that are all different, in random order: ties have no defined order.</summary>
    public static CaseInput Permuted(ElementType type, params long[] shape)
    {
        return new CaseInput(type, shape, random =>
        {
            var values = Enumerable.Range(0, checked((int)new TensorShape(shape).ElementCount)).Select(i => (double)i).ToArray();
            random.Shuffle(values);
            return Encode(type, shape, values);
        });
    }

    /// <summary>Given values of a type.</summary>
    public static CaseInput Given(ElementType type, long[] shape, params double[] values) => new(type, shape, _ => Encode(type, shape, values));

    /// <summary>Given 32-bit floats, one axis.</summary>
    public static CaseInput Singles(params double[] values) => Given(ElementType.F32, [values.Length], values);

    /// <summary>Given 64-bit integers, one axis.</summary>
    public static CaseInput Longs(params long[] values) => Given(ElementType.I64, [values.Length], [.. values.Select(value => (double)value)]);

    /// <summary>A scalar of a type.</summary>
    public static CaseInput Scalar(ElementType type, double value) => Given(type, [], value);

    /// <summary>Encodes values in a type.</summary>
    public static TensorData Encode(ElementType type, long[] shape, double[] values)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var value in values)
        {
            switch (type)
            {
                case ElementType.F32: writer.Write((float)value); break;
                case ElementType.F64: writer.Write(value); break;
                case ElementType.F16: writer.Write((Half)value); break;
                case ElementType.BF16: writer.Write((ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)); break;
                case ElementType.I64: writer.Write((long)value); break;
                case ElementType.I32: writer.Write((int)value); break;
                case ElementType.I16: writer.Write((short)value); break;
                case ElementType.I8: writer.Write((sbyte)value); break;
                case ElementType.U64: writer.Write((ulong)value); break;
                case ElementType.U32: writer.Write((uint)value); break;
                case ElementType.U16: writer.Write((ushort)value); break;
                case ElementType.U8: writer.Write((byte)value); break;
                case ElementType.Bool: writer.Write(value != 0); break;
                default: throw new ArgumentOutOfRangeException(nameof(type), type, "Cases with this type are not drawn.");
            }
        }
        writer.Flush();
        return ArrayTensorData.FromBytes(type, new TensorShape(shape), bytes.ToArray());
    }
}
