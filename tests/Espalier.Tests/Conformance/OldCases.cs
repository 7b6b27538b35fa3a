using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>
/// Forms of operators before operator set 7. ONNX Runtime executes some; for the others the truth is its result for the later form with the same meaning.
/// </summary>
internal static class OldCases
{
    public static IEnumerable<OperatorCase> All()
    {
        var x = Draw.Floats(2, 3, 4);
        yield return new("Reshape", 1, x) { Attributes = { { "shape", [0L, -1] } } };
        yield return new("Reshape", 1, x) { Attributes = { { "shape", [4L, 6] } } };
        yield return Same(new("Tile", 1, x, Draw.Longs(3), Draw.Longs(1)), new("Tile", 13, x, Draw.Longs(1, 3, 1)));
        yield return Same(new("Concat", 1, x, x), new("Concat", 13, x, x) { Attributes = { { "axis", 1 } } });
        yield return new("Concat", 4, x, x) { Attributes = { { "axis", 2 } } };
        yield return new("Split", 2, x) { Attributes = { { "axis", 1 }, { "split", [1L, 2] } }, Outputs = 2 };
        yield return new("Slice", 1, x) { Attributes = { { "starts", [1L] }, { "ends", [3L] }, { "axes", [2L] } } };
        var thin = Draw.Floats(1, 3, 1);
        yield return new("Squeeze", 1, thin) { Attributes = { { "axes", [0L, 2] } } };
        yield return new("Unsqueeze", 1, x) { Attributes = { { "axes", [0L, 2] } } };
        yield return new("ReduceSum", 1, x) { Attributes = { { "axes", [1L] }, { "keepdims", 0 } }, Tolerance = ToleranceClass.Sum };
        yield return new("TopK", 1, x) { Attributes = { { "axis", 1 }, { "k", 2 } }, Outputs = 2 };
        foreach (var (name, number) in new[] { ("FLOAT", 1), ("UINT8", 2), ("INT8", 3), ("UINT16", 4), ("INT16", 5), ("INT32", 6), ("INT64", 7), ("BOOL", 9), ("FLOAT16", 10), ("DOUBLE", 11) })
        {
            var positive = Draw.Between(0, 9, 5);
            yield return Same(new("Cast", 1, positive) { Attributes = { { "to", name } }, Tolerance = ToleranceClass.Exact }, new("Cast", 13, positive) { Attributes = { { "to", number } } });
        }
        foreach (var name in new[] { "Max", "Min", "Sum", "Mean" }) yield return Same(new(name, 1, x, x), new(name, 13, x, x));
        foreach (var name in new[] { "Add", "Equal", "Less" })
        {
            // Without the attribute axis the last axes are meant, as today.
            var type = name == "Equal" ? ElementType.I64 : ElementType.F32;
            CaseInput a = Draw.Of(type, 0, 3, 2, 3), b = Draw.Of(type, 0, 3, 3);
            yield return Same(new(name, 6, a, b) { Attributes = { { "broadcast", 1 } } }, new(name, 13, a, b));
        }
    }

    private static OperatorCase Same(OperatorCase old, OperatorCase modern) => new(old.Operator, old.Opset, [.. old.Inputs])
    {
        Attributes = old.Attributes,
        Outputs = old.Outputs,
        Tolerance = old.Tolerance,
        RefusedByRuntime = "it knows operator sets from 7 on",
        Expected = inputs =>
        {
            // Inputs that both forms have (the same object) get the same values; shapes and axes are given.
            var same = modern.Inputs.Select((input, i) => i < old.Inputs.Count && ReferenceEquals(input, old.Inputs[i]) ? input! with { Make = _ => inputs[i]! } : input);
            var fresh = new OperatorCase(modern.Operator, modern.Opset, [.. same]) { Attributes = modern.Attributes, Outputs = modern.Outputs };
            return RuntimeReference.Run(fresh.Build(out var feeds), feeds);
        },
    };
}
