using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Matrix products.</summary>
internal static class ProductRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("MatMul", static s => s.Set(Product(s, s.Shape(0), s.Shape(1)))),
        ("MatMulInteger", static s => s.Set(0, ElementType.I32, Product(s, s.Shape(0), s.Shape(1)))),
        ("QLinearMatMul", static s => s.Set(0, s.Type(7) ?? s.Type(0), Product(s, s.Shape(0), s.Shape(3)))),
        ("Gemm", static s => s.Set(Gemm(s, 1, 2))),
        ("Det", static s => s.Set(s.Shape(0) is { Count: >= 2 } x ? [.. x.SkipLast(2)] : null)),
    ];

    public static IEnumerable<(string Operators, ShapeRule Rule)> Microsoft =>
    [
        ("FusedMatMul TransposeMatMul", Fused),
        ("FusedGemm", static s => s.Set(Gemm(s, 1, 2))),
        ("GemmFastGelu", static s => s.Set(Product(s, s.Shape(0), s.Shape(1)))),
        ("QGemm", static s => s.Set(0, s.Has(8) ? s.Type(8) : ElementType.F32, Gemm(s, 3, 6))),
        ("MatMulIntegerToFloat", static s => s.Set(0, s.Type(2), Product(s, s.Shape(0), s.Shape(1)))),
        ("DynamicQuantizeMatMul", static s => s.Set(Product(s, s.Shape(0), s.Shape(1)))),
        ("MatMulNBits MatMulBnb4", Packed),
    ];

    /// <summary>Product of stacks of matrices; a list counts as a row on the left and as a column on the right.</summary>
    private static IReadOnlyList<Dim>? Product(NodeShapes s, IReadOnlyList<Dim>? a, IReadOnlyList<Dim>? b)
    {
        s.RequireInputs(2);
        if (a is null || b is null) return null;
        if (a.Count == 0 || b.Count == 0)
        {
            s.Conflict("a scalar is no matrix");
            return null;
        }
        s.Agree(a[^1], b[^Math.Min(2, b.Count)], "inner sizes of the matrices");
        var batch = s.Broadcast([.. a.SkipLast(2)], [.. b.SkipLast(2)])!;
        return [.. batch, .. a.Count > 1 ? [a[^2]] : Array.Empty<Dim>(), .. b.Count > 1 ? [b[^1]] : Array.Empty<Dim>()];
    }

    private static IReadOnlyList<Dim>? Gemm(NodeShapes s, int right, int addend)
    {
        if (s.Shape(0) is not { } a || s.Shape(right) is not { } b) return null;
        if (!s.IsRank(a, 2, "the left matrix") || !s.IsRank(b, 2, "the right matrix")) return null;
        if (s.Int("transA", 0) != 0) a = [a[1], a[0]];
        if (s.Int("transB", 0) != 0) b = [b[1], b[0]];
        s.Agree(a[1], b[0], "inner sizes of the matrices");
        IReadOnlyList<Dim> result = [a[0], b[1]];
        // The addend stretches to the product, never the other way.
        if (s.Version >= 7 && s.Shape(addend) is { } c)
        {
            if (c.Count > 2) s.Conflict($"the addend {NodeShapes.Text(c)} has rank {c.Count}, expected 2 or less", [.. c]);
            for (var i = 1; i <= Math.Min(c.Count, 2); i++)
            {
                if (c[^i].Size != 1) s.Agree(result[^i], c[^i], "the product and the addend");
            }
        }
        return result;
    }

    /// <summary>Weights packed in blocks: attributes K and N are their inputs and outputs.</summary>
    private static void Packed(NodeShapes s)
    {
        if (s.Shape(0) is not { Count: > 0 } x)
        {
            s.Set(null);
            return;
        }
        if (s.Attributes.Contains("K")) s.Agree(x[^1], s.Int("K", 0), "the input and the packed weight");
        s.Set([.. x.SkipLast(1), s.Attributes.Contains("N") ? s.Int("N", 0) : Dim.Unknown]);
    }

    private static void Fused(NodeShapes s)
    {
        s.Set(Product(s, Transposed(s, 0, "transA", "transBatchA"), Transposed(s, 1, "transB", "transBatchB")));
    }

    /// <summary>A batch transposition moves the first axis behind the others of the stack; a transposition swaps the last two.</summary>
    private static IReadOnlyList<Dim>? Transposed(NodeShapes s, int input, string swap, string moveBatch)
    {
        if (s.Shape(input) is not { Count: >= 2 } shape) return s.Shape(input);
        if (s.Int(moveBatch, 0) != 0) shape = [.. shape.Skip(1).SkipLast(1), shape[0], shape[^1]];
        return s.Int(swap, 0) != 0 ? [.. shape.SkipLast(2), shape[^1], shape[^2]] : shape;
    }
}
