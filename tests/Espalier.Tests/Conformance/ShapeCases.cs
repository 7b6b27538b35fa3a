using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Shapes: reading and changing them.</summary>
internal static class ShapeCases
{
    private static readonly ElementType[] SomeTypes = [ElementType.F32, ElementType.I64, ElementType.Bool];

    public static IEnumerable<OperatorCase> All() => Cases().Select(one => one.Tolerance == ToleranceClass.Exact ? one : throw new InvalidOperationException($"{one} moves values only."));

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth() =>
    [
        Moved("Reshape", 14, Draw.Floats(2, 3, 2), Draw.Longs(3, -1).Stored()),
        Moved("Expand", 13, Draw.Floats(2, 1), Draw.Longs(2, 2, 3).Stored()),
        Moved("Tile", 13, Draw.Floats(2, 2), Draw.Longs(2, 3).Stored()),
        Moved("Squeeze", 13, Draw.Floats(2, 1, 3), Draw.Longs(1).Stored()),
        Moved("Unsqueeze", 13, Draw.Floats(2, 3), Draw.Longs(0, -1).Stored()),
        Moved("Flatten", 13, Draw.Floats(2, 3, 2)),
        Moved("Transpose", 13, Draw.Floats(2, 3, 2)),
        Moved("Identity", 13, Draw.Floats(2, 3)),
    ];

    private static OperatorCase Moved(string name, int opset, params CaseInput?[] inputs) => new(name, opset, inputs) { Tolerance = ToleranceClass.Exact };

    private static IEnumerable<OperatorCase> Cases()
    {
        foreach (var type in SomeTypes)
        {
            foreach (var opset in new[] { 7, 13, 14, 19 }) yield return Moved("Identity", opset, Draw.Of(type, 0, 1, 2, 3));
            foreach (var opset in new[] { 7, 13, 19 })
            {
                yield return Moved("Shape", opset, Draw.Of(type, 0, 1, 2, 0, 3));
                yield return Moved("Shape", opset, Draw.Of(type, 0, 1));
                yield return Moved("Size", opset, Draw.Of(type, 0, 1, 2, 3));
                yield return Moved("Size", opset, Draw.Of(type, 0, 1));
            }
        }
        foreach (var (start, end) in new[] { (0, 2), (1, 3), (-1, 4), (-2, -1), (2, 1), (-9, 9), (5, 6) })
        {
            yield return new("Shape", 15, Draw.Floats(2, 3, 4, 5)) { Attributes = { { "start", start }, { "end", end } }, Tolerance = ToleranceClass.Exact };
            yield return new("Shape", 21, Draw.Floats(2, 3, 4, 5)) { Attributes = { { "start", start } }, Tolerance = ToleranceClass.Exact };
        }
        foreach (var opset in new[] { 7, 13, 14, 21 })
        {
            foreach (var target in new long[][] { [6, 4], [-1], [0, -1], [2, 0, 2, -1], [1, 24, 1] }) yield return Moved("Reshape", opset, Draw.Floats(2, 3, 4), Draw.Longs(target));
            yield return Moved("Reshape", opset, Draw.Floats(1), Draw.Longs());
            yield return Moved("Reshape", opset, Draw.Floats(), Draw.Longs(1, 1));
            yield return Moved("Reshape", opset, Draw.Of(ElementType.I32, 0, 9, 2, 3), Draw.Longs(3, 2).Stored());
        }
        yield return new("Reshape", 14, Draw.Floats(0, 3), Draw.Longs(3, 0)) { Attributes = { { "allowzero", 1 } }, Tolerance = ToleranceClass.Exact };
        yield return new("Reshape", 14, Draw.Floats(0, 3), Draw.Longs(0, 3)) { Tolerance = ToleranceClass.Exact };
        foreach (var (opset, axes) in new (int, int[])[] { (7, [0, 1, 2, 3]), (9, [0, 1, 2, 3]), (11, [0, 1, 2, 3, -1, -3]), (13, [0, -2]), (21, [1]) })
        {
            foreach (var axis in axes) yield return new("Flatten", opset, Draw.Floats(2, 3, 4)) { Attributes = { { "axis", axis } }, Tolerance = ToleranceClass.Exact };
            yield return Moved("Flatten", opset, Draw.Floats(2, 3, 4));
        }
        foreach (var opset in new[] { 7, 11, 12 })
        {
            foreach (var axes in new long[][] { [0], [0, 2], [2, 0], [-1] })
            {
                if (opset < 11 && axes[0] < 0) continue;
                yield return new("Squeeze", opset, Draw.Floats(1, 3, 1)) { Attributes = { { "axes", axes } }, Tolerance = ToleranceClass.Exact };
                yield return new("Unsqueeze", opset, Draw.Floats(3, 2)) { Attributes = { { "axes", axes } }, Tolerance = ToleranceClass.Exact };
            }
            yield return Moved("Squeeze", opset, Draw.Floats(1, 3, 1));
        }
        foreach (var opset in new[] { 13, 21 })
        {
            foreach (var axes in new long[][] { [0], [0, 2], [2, 0], [-1], [-3] })
            {
                yield return Moved("Squeeze", opset, Draw.Floats(1, 3, 1), Draw.Longs(axes));
                yield return Moved("Unsqueeze", opset, Draw.Of(ElementType.I64, 0, 9, 3, 2), Draw.Longs(axes).Stored());
            }
            yield return Moved("Squeeze", opset, Draw.Floats(1, 3, 1));
            yield return Moved("Unsqueeze", opset, Draw.Floats(), Draw.Longs(0));
        }
        foreach (var opset in new[] { 8, 13 })
        {
            foreach (var shape in new long[][] { [2, 3, 4], [3, 1], [1], [5, 1, 1, 1], [2, 1, 4] }) yield return Moved("Expand", opset, Draw.Floats(3, 1), Draw.Longs(shape.Length == 1 || shape.Length == 4 || shape[1] == 3 || shape.Length == 2 ? shape : [2, 3, 4]));
            yield return Moved("Expand", opset, Draw.Floats(), Draw.Longs(2, 2).Stored());
            yield return Moved("Expand", opset, Draw.Booleans(1, 3), Draw.Longs(4, 3).Stored());
        }
        foreach (var opset in new[] { 7, 13 })
        {
            foreach (var repeats in new long[][] { [1, 1], [2, 3], [1, 4], [0, 2] }) yield return Moved("Tile", opset, Draw.Floats(2, 3), Draw.Longs(repeats));
            yield return Moved("Tile", opset, Draw.Of(ElementType.I64, 0, 9, 3), Draw.Longs(3).Stored());
            foreach (var permutation in new long[][] { [0, 1, 2], [2, 0, 1], [1, 0, 2], [2, 1, 0] })
                yield return new("Transpose", opset, Draw.Of(SomeTypes[permutation[0]], 0, 1, 2, 3, 4)) { Attributes = { { "perm", permutation } }, Tolerance = ToleranceClass.Exact };
            yield return Moved("Transpose", opset, Draw.Floats(2, 3, 4));
            yield return Moved("Transpose", opset, Draw.Floats(3));
        }
    }
}
