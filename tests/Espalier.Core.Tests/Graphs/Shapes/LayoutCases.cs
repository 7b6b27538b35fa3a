using Espalier.Tensors;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Operators that move, pick, repeat and generate elements.</summary>
internal static class LayoutCases
{
    public static IEnumerable<OperatorCase> All(CaseSource c)
    {
        var x = c.Axes(c.Int(1, 4), 1, 5);
        var rank = x.Length;
        yield return new OperatorCase("Transpose", 13).Input(x).With("perm", c.Permutation(rank));
        yield return new OperatorCase("Transpose", 13).Input(x);
        yield return new OperatorCase("Flatten", 13).Input(x).With("axis", (long)c.Int(-rank, rank));
        yield return new OperatorCase("Shape", c.Pick(13, 15)).Input(x);
        yield return new OperatorCase("Shape", 15).Input(x).With("start", (long)c.Int(-rank - 1, rank)).With("end", (long)c.Int(-rank, rank + 1));
        yield return new OperatorCase("Size", 13).Input(x);
        yield return new OperatorCase("NonZero", 13).Input(x).DependsOnData();
        yield return new OperatorCase("Tile", 13).Input(x).Ints(c.Ints(rank, 1, 3));
        yield return new OperatorCase("Expand", 13).Input([.. x.Select(axis => c.Coin() ? axis : 1)]).Ints([.. Enumerable.Repeat(1L, rank - 1), 1]);
        yield return new OperatorCase("Expand", 13).Input(x[0], 1).Ints(2, 1, c.Int(1, 4));
        foreach (var layout in Axes(c)) yield return layout;
        foreach (var slice in Slices(c)) yield return slice;
        foreach (var join in Joins(c)) yield return join;
        foreach (var pick in Picks(c)) yield return pick;
        foreach (var spatial in Spatial(c)) yield return spatial;
        foreach (var generator in Generators(c)) yield return generator;
    }

    private static IEnumerable<OperatorCase> Axes(CaseSource c)
    {
        var (b, h) = (c.Axis(1, 4), c.Axis(2, 5));
        yield return new OperatorCase("Reshape", 14).Input(b, h, 12).Ints(0, c.Pick(0, -1), 3, 4);
        yield return new OperatorCase("Reshape", 14).Input(b, h, 12).Ints(c.Pick([-1, 12], [0, -1], [-1, 4], new long[] { -1 }));
        yield return new OperatorCase("Reshape", 14).Input(b, c.MultipleOf(2, 1, 4), 6).Ints(0, -1, 12);
        yield return new OperatorCase("Squeeze", 11).Input(b, 1, h, 1).With("axes", c.Pick([1L], [3], [1, 3], new long[] { -1, -3 }));
        yield return new OperatorCase("Squeeze", 13).Input(b, 1, h, 1).Ints(c.Pick([1L], [3], [1, 3], new long[] { -1, -3 }));
        yield return new OperatorCase("Squeeze", 13).Input(1, 3, 1, 2);
        yield return new OperatorCase("Unsqueeze", 11).Input(b, h).With("axes", c.Pick([0L], [2], [0, 3], new long[] { 1, 2 }));
        yield return new OperatorCase("Unsqueeze", 13).Input(b, h).Ints(c.Pick([-1L], [2], [0, 3], new long[] { 1, -1 }));
    }

    private static IEnumerable<OperatorCase> Slices(CaseSource c)
    {
        var x = c.Axes(3, 1, 6);
        long[] ends = [c.Pick(long.MaxValue, int.MaxValue, 3, -1, 1), c.Int(-6, 6)];
        yield return new OperatorCase("Slice", 9).Input(x).With("starts", c.Int(-6, 6), 0).With("ends", ends).With("axes", 2, 0);
        yield return new OperatorCase("Slice", 13).Input(x).Ints(c.Int(-7, 7), c.Int(-7, 7)).Ints(ends).Ints(0, -1).Ints(c.Int(1, 3), c.Pick(-1, -2, 1, 2));
        yield return new OperatorCase("Slice", 13).Input(x).Ints(c.Int(-7, 7)).Ints(c.Int(-7, 7));
        yield return new OperatorCase("Slice", 13).Input(x).Ints(c.Pick(-1, int.MaxValue, long.MaxValue)).Ints(c.Pick(int.MinValue, long.MinValue, -100)).Ints(1).Ints(-1);
        yield return new OperatorCase("Pad", 10).Input(x).With("pads", c.Ints(6, 0, 3)).With("mode", "constant");
        yield return new OperatorCase("Pad", 13).Input(x[0], 5, 6).Ints(c.Ints(6, -1, 3).Select((pad, i) => i % 3 == 0 ? Math.Abs(pad) : pad).ToArray());
        yield return new OperatorCase("Pad", 18).Input(x).Ints(c.Ints(2, 0, 3)).Absent().Ints(c.Int(-3, 2));
    }

    private static IEnumerable<OperatorCase> Joins(CaseSource c)
    {
        var (a, b) = (c.Axis(1, 4), c.Axis(1, 4));
        yield return new OperatorCase("Concat", 13).Input(a, b, 3).Input(a, b, c.Axis(1, 4)).Input(a, b, 2).With("axis", -1L);
        yield return new OperatorCase("Concat", 13).Input(a, b).Input(c.Axis(1, 4), b).With("axis", 0L);
        var sizes = c.Ints(3, 0, 3);
        yield return new OperatorCase("Split", 11).Input(a, sizes.Sum(), b).With("split", sizes).With("axis", 1L).Returns(3);
        yield return new OperatorCase("Split", 13).Input(a, sizes.Sum(), b).Ints(sizes).With("axis", -2L).Returns(3);
        yield return new OperatorCase("Split", 13).Input(a, c.MultipleOf(3, 1, 3)).With("axis", 1L).Returns(3);
        yield return new OperatorCase("Split", 18).Input(a, c.Axis(7, 12)).With("axis", 1L).With("num_outputs", 3L).Returns(3);
    }

    private static IEnumerable<OperatorCase> Picks(CaseSource c)
    {
        var x = c.Axes(3, 1, 5);
        var i = c.Axes(c.Int(0, 2), 1, 3);
        yield return new OperatorCase("Gather", 13).Input(x).Input(ElementType.I64, i).With("axis", (long)c.Int(-3, 2));
        yield return new OperatorCase("GatherElements", 13).Input(x).Input(ElementType.I64, 1, 1, x[2]);
        yield return new OperatorCase("GatherND", 13).Input(x).Input(ElementType.I64, c.Axis(1, 3), 2, c.Int(1, 3));
        yield return new OperatorCase("GatherND", 13).Input(x).Input(ElementType.I64, x[0], 2, 1).With("batch_dims", 1L);
        yield return new OperatorCase("ScatterND", 16).Input(x).Input(ElementType.I64, 2, 1).Input(2, x[1], x[2]);
        yield return new OperatorCase("ScatterElements", 16).Input(x).Input(ElementType.I64, 1, 1, 1).Input(1, 1, 1);
        yield return new OperatorCase("TopK", 11).Input(x[0], c.Axis(3, 6)).Ints(c.Int(1, 3)).Returns(2);
        yield return new OperatorCase("TopK", 11).Input(c.Axis(3, 6), x[0]).Ints(2).With("axis", 0L).Returns(2);
        yield return new OperatorCase("OneHot", 11).Input(ElementType.I64, x).Int(c.Int(1, 5)).Floats(0, 1).With("axis", (long)c.Int(-4, 3));
        yield return new OperatorCase("Compress", 11).Input(x).Input(ElementType.Bool, 1).With("axis", 1L).DependsOnData();
        yield return new OperatorCase("Unique", 11).Input(x).Returns(4).DependsOnData();
        yield return new OperatorCase("NonMaxSuppression", 11).Input(1, 5, 4).Input(1, 2, 5).Ints(3).DependsOnData();
    }

    private static IEnumerable<OperatorCase> Spatial(CaseSource c)
    {
        var (b, h, w) = (c.Axis(1, 3), c.Axis(3, 8), c.Axis(3, 8));
        float[] factors = [1, 1, c.Pick(2, 0.5f, 1.5f, 3), c.Pick(2, 0.25f, 2.5f)];
        yield return new OperatorCase("Resize", 10).Input(b, 2, h, w).Floats(factors);
        yield return new OperatorCase("Resize", c.Pick(11, 13, 19)).Input(b, 2, h, w).Floats().Floats(factors).With("mode", c.Pick("nearest", "linear"));
        yield return new OperatorCase("Resize", 13).Input(1, 2, h, w).Absent().Absent().Ints(1, 2, c.Int(1, 9), c.Int(1, 9));
        yield return new OperatorCase("Resize", 18).Input(b, 2, h, w).Absent().Absent().Ints(c.Int(1, 9), c.Int(1, 9)).With("axes", 2, 3);
        yield return new OperatorCase("Resize", 18).Input(1, 2, 4, 6).Absent().Absent().Ints(c.Int(3, 9), c.Int(3, 9)).With("axes", 2, 3).With("keep_aspect_ratio_policy", c.Pick("not_larger", "not_smaller"));
        yield return new OperatorCase("Upsample", 7).Input(b, 2, h, w).WithFloats("scales", 1, 1, 2, 3);
        yield return new OperatorCase("Upsample", 9).Input(b, 2, h, w).Floats(1, 1, 2, 1.5f);
        yield return new OperatorCase("DepthToSpace", 13).Input(b, c.MultipleOf(4, 1, 3), h, w).With("blocksize", 2L).With("mode", c.Pick("DCR", "CRD"));
        yield return new OperatorCase("SpaceToDepth", 13).Input(b, 3, c.MultipleOf(2, 1, 3), 4).With("blocksize", 2L);
        yield return new OperatorCase("CenterCropPad", 18).Input(h, w, 3).Ints(4, 6).With("axes", 0, 1);
        yield return new OperatorCase("Col2Im", 18).Input(b, 12, 9).Ints(4, 4).Ints(2, 2);
        yield return new OperatorCase("AffineGrid", 20).Input(2, 2, 3).Ints(2, 3, c.Int(2, 5), c.Int(2, 5));
    }

    private static IEnumerable<OperatorCase> Generators(CaseSource c)
    {
        yield return new OperatorCase("ConstantOfShape", 9).Ints(c.Ints(c.Int(0, 3), 0, 4)).With("value", ArrayTensorData.FromInt64(new TensorShape(1), 1));
        yield return new OperatorCase("Range", 11).Int(c.Int(-3, 3)).Int(c.Int(-9, 9)).Int(c.Pick(1, 2, -1, -3));
        yield return new OperatorCase("Range", 11).Float(c.Int(-3, 3) / 2f).Float(c.Int(-9, 9) / 4f).Float(c.Pick(0.5f, 1.25f, -0.25f));
        yield return new OperatorCase("EyeLike", 9).Input(c.Axis(1, 3), c.Axis(1, 3)).With("dtype", 7L);
        yield return new OperatorCase("Constant", 13).With("value_ints", c.Ints(c.Int(1, 3), 0, 9));
        yield return new OperatorCase(c.Pick("HannWindow", "HammingWindow", "BlackmanWindow"), 17).Int(c.Int(2, 8));
        yield return new OperatorCase("DFT", 17).Input(c.Axis(1, 2), c.Axis(4, 9), 1).With("axis", 1L).With("onesided", (long)c.Int(0, 1));
        yield return new OperatorCase("STFT", 17).Input(c.Axis(1, 2), c.Axis(8, 12), 1).Int(2).Input(4);
        yield return new OperatorCase("RandomNormalLike", 1).Input(c.Axis(1, 3), c.Axis(1, 3));
    }
}
