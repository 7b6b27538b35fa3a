using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Reductions with axes as attributes and as inputs.</summary>
internal static class ReductionCases
{
    private static readonly string[] Names =
        ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"];

    private static readonly long[]?[] AxesChoices = [null, [0], [1], [-1], [0, 2], [1, 2], [2, 0, 1]];

    public static IEnumerable<OperatorCase> All()
    {
        foreach (var name in Names)
        {
            var inputFrom = name == "ReduceSum" ? 13 : 18;
            foreach (var keep in new[] { 0, 1 })
            {
                foreach (var axes in AxesChoices)
                {
                    foreach (var opset in new[] { 7, 11, inputFrom == 18 ? 13 : 12 })
                    {
                        var old = new OperatorCase(name, opset, Draw.Between(0.2, 2, 2, 3, 4)) { Attributes = { { "keepdims", keep } }, Tolerance = ToleranceClass.Sum };
                        if (axes is not null) old.Attributes.Add("axes", axes);
                        if (opset >= 11 || axes is null || Array.TrueForAll(axes, axis => axis >= 0)) yield return old;
                    }
                    yield return axes is null
                        ? new(name, inputFrom, Draw.Between(0.2, 2, 2, 3, 4)) { Attributes = { { "keepdims", keep } }, Tolerance = ToleranceClass.Sum }
                        : new(name, inputFrom, Draw.Between(0.2, 2, 2, 3, 4), Draw.Longs(axes).Stored()) { Attributes = { { "keepdims", keep } }, Tolerance = ToleranceClass.Sum };
                }
                yield return new(name, inputFrom, Draw.Between(0.2, 2, 2, 3), Draw.Longs(1)) { Attributes = { { "keepdims", keep } }, Tolerance = ToleranceClass.Sum, Note = "computed axes" };
                foreach (var noop in new[] { 0, 1 })
                {
                    var x = name == "ReduceLogSum" ? Draw.Between(0.2, 2, 2, 3) : Draw.Floats(2, 3);
                    yield return new(name, inputFrom, x, Draw.Longs()) { Attributes = { { "keepdims", keep }, { "noop_with_empty_axes", noop } }, Tolerance = ToleranceClass.Sum };
                    yield return new(name, inputFrom, x) { Attributes = { { "keepdims", keep }, { "noop_with_empty_axes", noop } }, Tolerance = ToleranceClass.Sum };
                }
                if (name is "ReduceSum" or "ReduceMean" or "ReduceMax" or "ReduceMin" or "ReduceProd" or "ReduceSumSquare" or "ReduceL1" or "ReduceL2")
                {
                    foreach (var type in new[] { ElementType.I32, ElementType.F64 })
                        yield return new(name, inputFrom, Draw.Of(type, 1, 9, 2, 5), Draw.Longs(1).Stored()) { Attributes = { { "keepdims", keep } }, Tolerance = ToleranceClass.Sum };
                }
                if (name is "ReduceSum" or "ReduceMax" or "ReduceMin")
                    yield return new(name, inputFrom, Draw.Of(ElementType.I64, -9, 9, 2, 5), Draw.Longs(0).Stored()) { Attributes = { { "keepdims", keep } } };
            }
            yield return new(name, inputFrom, Draw.Between(0.2, 2)) { Tolerance = ToleranceClass.Sum, Note = "scalar" };
        }
        foreach (var name in new[] { "ReduceMax", "ReduceMin" })
        {
            foreach (var type in new[] { ElementType.I8, ElementType.U8 }) yield return new(name, 18, Draw.Of(type, 0, 99, 3, 4), Draw.Longs(1).Stored());
            yield return new(name, 20, Draw.Booleans(3, 4), Draw.Longs(1).Stored());
        }
        yield return new("ReduceSum", 13, Draw.Floats(2, 0, 3), Draw.Longs(1).Stored()) { Note = "empty" };
        yield return new("ReduceProd", 18, Draw.Floats(2, 0, 3), Draw.Longs(1).Stored()) { Note = "empty" };
        yield return new("ReduceMax", 20, Draw.Floats(2, 0, 3), Draw.Longs(1).Stored()) { Note = "empty" };
        yield return new("ReduceMin", 20, Draw.Floats(2, 0, 3), Draw.Longs(1).Stored()) { Note = "empty" };
        yield return new("ReduceLogSumExp", 18, Draw.Between(80, 120, 2, 5), Draw.Longs(1).Stored()) { Tolerance = ToleranceClass.Sum, Note = "large" };
        yield return new("ReduceMean", 18, Draw.Of(ElementType.F16, -2, 2, 3, 5), Draw.Longs(1).Stored()) { Note = "half", Tolerance = ToleranceClass.Sum };
    }

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth() => Names.SelectMany(name => new[] { new long[] { 1 }, [0, 2] }.Select(
        axes => new OperatorCase(name, 18, Draw.Between(0.5, 2, 2, 3, 2), Draw.Longs(axes).Stored()) { Attributes = { { "keepdims", axes.Length - 1 } } }));
}
