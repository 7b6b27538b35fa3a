using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Reductions over axes.</summary>
internal static class ReductionRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare", Reduce),
        ("ArgMax ArgMin", ArgMax),
        ("NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss", Loss),
    ];

    private static void Reduce(NodeShapes s)
    {
        s.Set(Shape(s));
        var reducesAll = s.Shape(0) is { Count: 1 } || (s.Int("noop_with_empty_axes", 0) == 0 && s.Shape(0) is { Count: 0 });
        if (!reducesAll || s.OutputShape is not { Count: <= 1 } shape || s.Contents(0) is not { Count: > 0 } contents) return;
        if (shape.Count == 1 && shape[0].Size != 1) return;
        Func<Fraction, Fraction, Fraction>? combine = s.Node.OpType switch
        {
            "ReduceProd" => Fraction.Multiply,
            "ReduceSum" => Fraction.Add,
            "ReduceMax" => static (a, b) => new Fraction(Dim.Max(a.ToDim(), b.ToDim())),
            "ReduceMin" => static (a, b) => new Fraction(Dim.Min(a.ToDim(), b.ToDim())),
            _ => null,
        };
        if (combine is null) return;
        var result = contents.Fractions[0];
        foreach (var element in contents.Fractions[1..]) result = combine(result, element);
        s.SetContents(0, new KnownContents([result], shape.Count == 0, contents.Origin));
    }

    private static IReadOnlyList<Dim>? Shape(NodeShapes s)
    {
        var keeps = s.Int("keepdims", 1) != 0;
        var isStated = s.Attributes.Contains("axes") || s.Has(1);
        var axes = s.Ints("axes", 1);
        // Axes whose number is known to be none are like axes left out.
        if (axes is null && s.Shape(1) is { Count: 1 } list && list[0].Size == 0) axes = [];
        if (s.Shape(0) is not { } x) return keeps || isStated ? null : [];
        if (isStated && axes is null)
        {
            if (keeps) return NodeShapes.UnknownOf(x.Count);
            return s.Shape(1) is { Count: 1 } count && count[0].Size is { } known ? NodeShapes.UnknownOf(x.Count - known) : null;
        }
        if (axes is null or [])
        {
            if (s.Int("noop_with_empty_axes", 0) != 0) return x;
            return keeps ? [.. Enumerable.Repeat((Dim)1, x.Count)] : [];
        }
        if (s.Axes(axes, x.Count) is not { } reduced) return null;
        return keeps ? [.. x.Select((size, axis) => reduced.Contains(axis) ? 1 : size)] : [.. x.Where((_, axis) => !reduced.Contains(axis))];
    }

    private static void ArgMax(NodeShapes s)
    {
        if (s.Shape(0) is not { } x || s.Axis(s.Int("axis", 0), x.Count) is not { } axis) s.Set(0, ElementType.I64, null);
        else s.Set(0, ElementType.I64, s.Int("keepdims", 1) != 0 ? NodeShapes.With(x, axis, 1) : [.. x.Where((_, i) => i != axis)]);
    }

    private static void Loss(NodeShapes s)
    {
        s.Set(s.Attributes.String("reduction", "mean") == "none" ? s.Shape(1) : []);
        s.Set(1, s.Type(0), s.Shape(0));
    }
}
