using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Reading and writing elements by index.</summary>
internal static class IndexCases
{
    public static IEnumerable<OperatorCase> All() => [.. Gather(), .. GatherSlices(), .. Scatter(), .. Caches()];

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth()
    {
        yield return new("Gather", 13, Draw.Floats(3, 4), Draw.Longs(2, -1, 0)) { Attributes = { { "axis", 1 } } };
        yield return new("GatherElements", 13, Draw.Floats(3, 4), Draw.Of(ElementType.I64, -4, 3, 3, 2)) { Attributes = { { "axis", 1 } } };
        yield return new("GatherND", 13, Draw.Floats(2, 3, 2), Draw.Of(ElementType.I64, 0, 1, 2, 2, 1)) { Attributes = { { "batch_dims", 1 } } };
        foreach (var reduction in new[] { "none", "add", "mul", "max", "min" })
        {
            yield return new("ScatterElements", 18, Draw.Floats(3, 4), Draw.Longs(2, 0, 1) with { Shape = [1, 3], Make = _ => Draw.Encode(ElementType.I64, [1, 3], [2, 0, 1]) }, Draw.Floats(1, 3)) { Attributes = { { "reduction", reduction } } };
            yield return new("ScatterND", 18, Draw.Floats(3, 4), Draw.Given(ElementType.I64, [2, 1], 2, 0), Draw.Floats(2, 4)) { Attributes = { { "reduction", reduction } } };
        }
        yield return new("ScatterND", 18, Draw.Floats(3, 4), Draw.Given(ElementType.I64, [3, 1], 2, 0, 2), Draw.Floats(3, 4)) { Attributes = { { "reduction", "mul" } }, Note = "repeated" };
        yield return new("TensorScatter", 24, Draw.Floats(2, 5, 2), Draw.Floats(2, 2, 2), Draw.Longs(1, 4)) { Attributes = { { "mode", "circular" } } };
    }

    private static IEnumerable<OperatorCase> Caches()
    {
        foreach (var type in new[] { ElementType.F32, ElementType.I64 })
        {
            yield return new("TensorScatter", 24, Draw.Of(type, 0, 9, 2, 3, 5, 2), Draw.Of(type, 0, 9, 2, 3, 2, 2), Draw.Longs(1, 3)) { Tolerance = ToleranceClass.Exact };
            yield return new("TensorScatter", 24, Draw.Of(type, 0, 9, 2, 3, 5, 2), Draw.Of(type, 0, 9, 2, 3, 2, 2)) { Attributes = { { "mode", "linear" } }, Tolerance = ToleranceClass.Exact };
            yield return new("TensorScatter", 24, Draw.Of(type, 0, 9, 2, 5, 3), Draw.Of(type, 0, 9, 2, 2, 3), Draw.Longs(4, 2)) { Attributes = { { "mode", "circular" }, { "axis", 1 } }, Tolerance = ToleranceClass.Exact };
        }
    }

    private static IEnumerable<OperatorCase> Gather()
    {
        foreach (var opset in new[] { 7, 11, 13 })
        {
            foreach (var type in new[] { ElementType.F32, ElementType.I64, ElementType.Bool })
            {
                foreach (var axis in new[] { 0, 1, 2, -1 })
                {
                    var low = opset < 11 ? 0 : -2;
                    yield return new("Gather", opset, Draw.Of(type, 0, 1, 2, 3, 4), Draw.Of(ElementType.I64, low, 1, 3)) { Attributes = { { "axis", axis } }, Tolerance = ToleranceClass.Exact };
                    yield return new("Gather", opset, Draw.Of(type, 0, 1, 2, 3, 4), Draw.Of(ElementType.I32, low, 1, 2, 2)) { Attributes = { { "axis", axis } }, Tolerance = ToleranceClass.Exact };
                    yield return new("Gather", opset, Draw.Of(type, 0, 1, 2, 3, 4), Draw.Scalar(ElementType.I64, 1)) { Attributes = { { "axis", axis } }, Tolerance = ToleranceClass.Exact };
                }
            }
            yield return new("Gather", opset, Draw.Floats(5, 3).Stored(), Draw.Of(ElementType.I64, 0, 4, 2, 4)) { Tolerance = ToleranceClass.Exact };
            if (opset >= 11) yield return new("Gather", opset, Draw.Floats(5, 3).Stored(), Draw.Of(ElementType.I64, -5, 4, 2, 4)) { Tolerance = ToleranceClass.Exact };
        }
        foreach (var opset in new[] { 11, 13 })
        {
            foreach (var axis in new[] { 0, 1, -1 })
            {
                yield return new("GatherElements", opset, Draw.Floats(3, 4), Draw.Of(ElementType.I64, -3, 2, 3, 4)) { Attributes = { { "axis", axis } }, Tolerance = ToleranceClass.Exact };
                yield return new("GatherElements", opset, Draw.Of(ElementType.I64, 0, 9, 3, 4), Draw.Of(ElementType.I32, 0, 2, 3, 4)) { Attributes = { { "axis", axis } }, Tolerance = ToleranceClass.Exact };
            }
            yield return new("GatherElements", opset, Draw.Floats(3, 4), Draw.Of(ElementType.I64, -3, 2, 5, 4)) { Tolerance = ToleranceClass.Exact };
        }
    }

    private static IEnumerable<OperatorCase> GatherSlices()
    {
        foreach (var (batch, indices) in new (int, long[])[] { (0, [4, 1]), (0, [4, 2]), (0, [4, 3]), (0, [2, 3, 2]), (1, [2, 1]), (1, [2, 2]), (1, [2, 3, 1]), (2, [2, 2, 1]) })
        {
            foreach (var opset in new[] { 12, 13 })
                yield return new("GatherND", opset, Draw.Floats(2, 2, 2), Draw.Of(ElementType.I64, -2, 1, indices)) { Attributes = { { "batch_dims", batch } }, Tolerance = ToleranceClass.Exact };
            if (batch == 0) yield return new("GatherND", 11, Draw.Of(ElementType.I64, 0, 9, 2, 2, 2), Draw.Of(ElementType.I64, 0, 1, indices)) { Tolerance = ToleranceClass.Exact };
        }
    }

    private static IEnumerable<OperatorCase> Scatter()
    {
        // One index per row, so that no two updates meet where their order would matter.
        var distinct = Draw.Given(ElementType.I64, [2, 3], 1, 0, 2, 0, 2, -1);
        yield return new("Scatter", 9, Draw.Floats(3, 3), Draw.Given(ElementType.I64, [2, 3], 1, 0, 2, 0, 2, 1), Draw.Floats(2, 3)) { Tolerance = ToleranceClass.Exact };
        yield return new("Scatter", 10, Draw.Floats(1, 5), Draw.Given(ElementType.I64, [1, 2], 1, 3), Draw.Floats(1, 2)) { Attributes = { { "axis", 1 } }, Tolerance = ToleranceClass.Exact };
        foreach (var opset in new[] { 11, 13, 16, 18 })
        {
            foreach (var type in new[] { ElementType.F32, ElementType.I64 })
            {
                yield return new("ScatterElements", opset, Draw.Of(type, 0, 9, 3, 3), distinct, Draw.Of(type, 0, 9, 2, 3)) { Tolerance = ToleranceClass.Exact };
                yield return new("ScatterElements", opset, Draw.Of(type, 0, 9, 2, 5), Draw.Given(ElementType.I64, [2, 2], 1, 3, 4, 0), Draw.Of(type, 0, 9, 2, 2)) { Attributes = { { "axis", -1 } }, Tolerance = ToleranceClass.Exact };
                yield return new("ScatterND", opset, Draw.Of(type, 0, 9, 4, 3), Draw.Given(ElementType.I64, [2, 1], 1, opset < 13 ? 3 : -1), Draw.Of(type, 0, 9, 2, 3)) { Tolerance = ToleranceClass.Exact };
                yield return new("ScatterND", opset, Draw.Of(type, 0, 9, 4, 3), Draw.Given(ElementType.I64, [2, 2], 1, 2, 3, 0), Draw.Of(type, 0, 9, 2)) { Tolerance = ToleranceClass.Exact };
            }
        }
        foreach (var opset in new[] { 16, 18 })
        {
            foreach (var reduction in opset == 16 ? ["none", "add", "mul"] : new[] { "none", "add", "mul", "max", "min" })
            {
                foreach (var type in new[] { ElementType.F32, ElementType.I64, ElementType.I32 })
                {
                    var repeated = reduction == "none" ? distinct : Draw.Of(ElementType.I64, 0, 2, 6, 3);
                    long updates = reduction == "none" ? 2 : 6;
                    yield return new("ScatterElements", opset, Draw.Of(type, -5, 5, 3, 3), repeated, Draw.Of(type, -5, 5, updates, 3)) { Attributes = { { "reduction", reduction } }, Tolerance = ToleranceClass.Sum };
                    var rows = reduction == "none" ? Draw.Given(ElementType.I64, [2, 1], 1, 3) : Draw.Of(ElementType.I64, 0, 3, 5, 1);
                    yield return new("ScatterND", opset, Draw.Of(type, -5, 5, 4, 3), rows, Draw.Of(type, -5, 5, rows.Shape[0], 3)) { Attributes = { { "reduction", reduction } }, Tolerance = ToleranceClass.Sum };
                }
            }
        }
    }
}
