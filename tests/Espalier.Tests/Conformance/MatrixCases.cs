using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Matrix products, sums of products and determinants.</summary>
internal static class MatrixCases
{
    private static readonly (long[] A, long[] B)[] Shapes =
    [
        ([3, 4], [4, 5]), ([4], [4]), ([4], [4, 5]), ([3, 4], [4]), ([2, 3, 4], [4, 5]), ([2, 3, 4], [2, 4, 5]), ([2, 1, 3, 4], [3, 4, 5]), ([4], [2, 4, 5]), ([2, 3, 4], [4]), ([3, 4], [2, 4, 5]), ([0, 4], [4, 5]),
    ];

    private static readonly (string Equation, long[][] Shapes)[] Equations =
    [
        ("ij,jk->ik", [[3, 4], [4, 5]]), ("ij,jk", [[3, 4], [4, 5]]), ("bij,bjk->bik", [[2, 3, 4], [2, 4, 5]]), ("...ij,...jk->...ik", [[2, 3, 4], [2, 4, 5]]), ("ii->i", [[4, 4]]), ("ij->ji", [[3, 4]]),
        ("ij->", [[3, 4]]), ("i,i->", [[4], [4]]), ("i,j->ij", [[3], [4]]), ("bhqd,bhkd->bhqk", [[2, 2, 3, 4], [2, 2, 5, 4]]), ("b i j , b j k -> b i k", [[2, 3, 4], [2, 4, 5]]),
        ("ij,jk,kl->il", [[2, 3], [3, 4], [4, 2]]), ("bn,anm,bm->ba", [[2, 3], [4, 3, 5], [2, 5]]), ("...i->...", [[2, 3, 4]]), ("nhwc,hkc->nhwk", [[2, 3, 4, 5], [3, 6, 5]]),
    ];

    public static IEnumerable<OperatorCase> All()
    {
        foreach (var opset in new[] { 7, 9, 13 })
        {
            foreach (var (a, b) in Shapes)
            {
                yield return new("MatMul", opset, Draw.Floats(a), Draw.Floats(b)) { Tolerance = ToleranceClass.Sum };
                yield return new("MatMul", opset, Draw.Floats(a), Draw.Floats(b).Stored()) { Tolerance = ToleranceClass.Sum };
            }
        }
        foreach (var type in new[] { ElementType.I32, ElementType.I64, ElementType.F64 }) yield return new("MatMul", 13, Draw.Of(type, -5, 5, 3, 4), Draw.Of(type, -5, 5, 4, 2)) { Tolerance = ToleranceClass.Sum };
        foreach (var opset in new[] { 11, 22 })
        {
            yield return new("Det", opset, Draw.Floats(3, 3)) { Tolerance = ToleranceClass.Sum };
            yield return new("Det", opset, Draw.Floats(2, 2, 4, 4)) { Tolerance = ToleranceClass.Sum };
        }
        foreach (var (equation, shapes) in Equations) yield return Einsum(equation, shapes);
    }

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth() =>
        [new("Det", 22, Draw.Floats(2, 3, 3)), .. Shapes.Take(7).Select(shapes => new OperatorCase("MatMul", 13, Draw.Floats(shapes.A), Draw.Floats(shapes.B))), .. Equations.Select(one => Einsum(one.Equation, one.Shapes))];

    private static OperatorCase Einsum(string equation, long[][] shapes) =>
        new("Einsum", 12, [.. shapes.Select(shape => Draw.Floats(shape))]) { Attributes = { { "equation", equation } }, Tolerance = ToleranceClass.Sum };
}
