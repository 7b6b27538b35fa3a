using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Elementwise arithmetic of two or more operands.</summary>
internal static class ArithmeticCases
{
    public static IEnumerable<OperatorCase> All() => [.. Binary(), .. Power(), .. Modulo(), .. Variadic(), .. Bits(), .. OldBroadcasting()];

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth()
    {
        foreach (var name in new[] { "Add", "Sub", "Mul", "Div", "Max", "Min", "Mean", "Sum", "Pow" })
            yield return new(name, 14, Draw.Between(0.5, 2, 2, 3), Draw.Between(0.5, 2, 3));
        yield return new("Pow", 15, Draw.Between(0.5, 2, 2, 3), Draw.Longs(3));
        yield return new("Mod", 13, Draw.Between(5.1, 5.9, 3), Draw.Between(2, 2.4, 3)) { Attributes = { { "fmod", 1 } } };
    }

    private static IEnumerable<OperatorCase> Binary()
    {
        foreach (var name in new[] { "Add", "Sub", "Mul", "Div" })
        {
            foreach (var opset in new[] { 7, 13, 14 })
            {
                yield return new(name, opset, Draw.Floats(2, 3), Draw.Between(0.5, 2, 2, 3));
                yield return new(name, opset, Draw.Floats(2, 3), Draw.Between(0.5, 2, 3).Stored());
                yield return new(name, opset, Draw.Scalar(ElementType.F32, 3), Draw.Between(0.5, 2, 2, 1, 4));
                yield return new(name, opset, Draw.Floats(), Draw.Between(0.5, 2));
                yield return new(name, opset, Draw.Floats(0, 3), Draw.Between(0.5, 2, 1, 3));
                yield return new(name, opset, Draw.Of(ElementType.I64, -9, 9, 5), Draw.Of(ElementType.I64, 1, 4, 5));
                yield return new(name, opset, Draw.Of(ElementType.I32, -9, 9, 2, 5), Draw.Of(ElementType.I32, -4, -1, 5));
            }
            yield return new(name, 14, Draw.Of(ElementType.F64, -3, 3, 4), Draw.Of(ElementType.F64, 1, 2, 4));
            yield return new(name, 14, Draw.Of(ElementType.F16, -3, 3, 4), Draw.Of(ElementType.F16, 1, 2, 4));
            yield return new(name, 14, Draw.Of(ElementType.U8, 4, 9, 4), Draw.Of(ElementType.U8, 1, 4, 4));
            yield return new(name, 14, Draw.Of(ElementType.I8, -9, 9, 4), Draw.Of(ElementType.I8, 1, 4, 4));
        }
    }

    private static IEnumerable<OperatorCase> Power()
    {
        foreach (var opset in new[] { 7, 12, 13, 15 })
        {
            yield return new("Pow", opset, Draw.Between(0.1, 3, 2, 3), Draw.Floats(3));
            foreach (var exponent in new[] { 2, 0.5, -1, 3, 0, 1.7 }) yield return new("Pow", opset, Draw.Between(0.1, 3, 2, 3), Draw.Scalar(ElementType.F32, exponent).Stored());
            yield return new("Pow", opset, Draw.Scalar(ElementType.F32, 2), Draw.Singles(3));
        }
        yield return new("Pow", 7, Draw.Of(ElementType.F64, 0.1, 3, 2, 3), Draw.Of(ElementType.F64, -2, 2, 3));
        foreach (var type in new[] { ElementType.I32, ElementType.I64, ElementType.F64, ElementType.F32 })
        {
            yield return new("Pow", 15, Draw.Of(ElementType.F32, 0.5, 3, 2, 3), Draw.Of(type, 1, 3, 3));
            yield return new("Pow", 15, Draw.Of(ElementType.I32, 1, 6, 2, 3), Draw.Of(type, 1, 3, 3));
            yield return new("Pow", 15, Draw.Of(ElementType.I64, -6, 6, 2, 3), Draw.Of(type, 2, 2, 3));
        }
    }

    private static IEnumerable<OperatorCase> Modulo()
    {
        foreach (var opset in new[] { 10, 13 })
        {
            foreach (var type in new[] { ElementType.I64, ElementType.I32, ElementType.I8, ElementType.I16 })
            {
                yield return new("Mod", opset, Draw.Of(type, -20, 20, 4, 6), Draw.Of(type, 3, 7, 6));
                yield return new("Mod", opset, Draw.Of(type, -20, 20, 4, 6), Draw.Of(type, -7, -3, 6));
                yield return new("Mod", opset, Draw.Of(type, -20, 20, 4, 6), Draw.Of(type, 3, 7, 6)) { Attributes = { { "fmod", 1 } } };
            }
            yield return new("Mod", opset, Draw.Of(ElementType.U8, 0, 20, 6), Draw.Of(ElementType.U8, 3, 7, 6));
            yield return new("Mod", opset, Draw.Between(-20, 20, 4, 6), Draw.Between(3, 7, 6)) { Attributes = { { "fmod", 1 } } };
            yield return new("Mod", opset, Draw.Between(-20, 20, 4, 6), Draw.Between(-7, -3, 6)) { Attributes = { { "fmod", 1 } } };
        }
    }

    private static IEnumerable<OperatorCase> Variadic()
    {
        foreach (var name in new[] { "Max", "Min", "Mean", "Sum" })
        {
            foreach (var opset in new[] { 8, 13 })
            {
                yield return new(name, opset, Draw.Floats(2, 3));
                yield return new(name, opset, Draw.Floats(2, 3), Draw.Floats(3));
                yield return new(name, opset, Draw.Floats(2, 3), Draw.Floats(3), Draw.Floats(2, 1), Draw.Floats());
            }
        }
        foreach (var name in new[] { "Max", "Min" })
        {
            foreach (var type in new[] { ElementType.I32, ElementType.I64, ElementType.F64, ElementType.U8, ElementType.I8 })
                yield return new(name, 13, Draw.Of(type, 0, 9, 2, 3), Draw.Of(type, 0, 9, 3));
            yield return new(name, 13, Draw.Singles(1, double.NaN, 2, double.NegativeInfinity), Draw.Singles(double.NaN, 0, 3, 4));
        }
    }

    private static IEnumerable<OperatorCase> Bits()
    {
        foreach (var direction in new[] { "LEFT", "RIGHT" })
        {
            foreach (var type in new[] { ElementType.U8, ElementType.U16, ElementType.U32, ElementType.U64 })
            {
                var refused = type == ElementType.U16 ? "it has no kernel for 16 bits" : null;
                yield return new("BitShift", 11, Draw.Of(type, 0, 255, 2, 5), Draw.Of(type, 0, 6, 5))
                {
                    Attributes = { { "direction", direction } },
                    RefusedByRuntime = refused,
                    Expected = inputs => [Combine(inputs, (a, b) => direction == "LEFT" ? (a << (int)b) & 0xFFFF : a >> (int)b)],
                };
            }
        }
        foreach (var name in new[] { "BitwiseAnd", "BitwiseOr", "BitwiseXor" })
        {
            foreach (var type in new[] { ElementType.U8, ElementType.I32, ElementType.I64, ElementType.U32, ElementType.U16 })
                yield return new(name, 18, Draw.Of(type, 0, 100, 2, 5), Draw.Of(type, 0, 100, 5));
        }
        foreach (var type in new[] { ElementType.U8, ElementType.I32, ElementType.I64, ElementType.U32, ElementType.U16 }) yield return new("BitwiseNot", 18, Draw.Of(type, 0, 100, 2, 5));
    }

    /// <summary>Before operator set 7: the second operand's axes start at <c>axis</c>. Not executed by the runtime, so plain loops are the truth.</summary>
    private static IEnumerable<OperatorCase> OldBroadcasting()
    {
        foreach (var (name, function) in new (string, Func<double, double, double>)[] { ("Add", (a, b) => a + b), ("Sub", (a, b) => a - b), ("Mul", (a, b) => a * b), ("Div", (a, b) => a / b), ("Pow", Math.Pow) })
        {
            yield return Old(name, function, 1, [3], [0, 1, 0]);
            yield return Old(name, function, 0, [2, 3], [1, 1, 0]);
            yield return Old(name, function, -1, [4], [0, 0, 1]);
        }
    }

    private static OperatorCase Old(string name, Func<double, double, double> function, int axis, long[] shape, int[] used) => new(name, 6, Draw.Between(0.5, 2, 2, 3, 4), Draw.Between(0.5, 2, shape))
    {
        Attributes = { { "axis", axis }, { "broadcast", 1 } },
        RefusedByRuntime = "it knows operator sets from 7 on",
        Expected = inputs =>
        {
            var (a, b) = (inputs[0]!.ToSingles(), inputs[1]!.ToSingles());
            var result = new double[a.Length];
            for (var i = 0; i < a.Length; i++)
            {
                int[] position = [i / 12, i / 4 % 3, i % 4];
                var other = 0;
                for (var k = 0; k < 3; k++) other = used[k] == 0 ? other : (other * (k == 0 ? 2 : k == 1 ? 3 : 4)) + position[k];
                result[i] = function(a[i], b[other]);
            }
            return [Draw.Encode(ElementType.F32, [2, 3, 4], result)];
        },
    };

    /// <summary>Two integer operands, the second broadcast over the first's first axis.</summary>
    private static TensorData Combine(IReadOnlyList<TensorData?> inputs, Func<long, long, long> function)
    {
        var a = new long[inputs[0]!.ElementCount];
        var b = new long[inputs[1]!.ElementCount];
        inputs[0]!.ReadInt64(0, a);
        inputs[1]!.ReadInt64(0, b);
        return Draw.Encode(inputs[0]!.ElementType, inputs[0]!.Shape.ToArray(), [.. a.Select((value, i) => (double)function(value, b[i % b.Length]))]);
    }
}
