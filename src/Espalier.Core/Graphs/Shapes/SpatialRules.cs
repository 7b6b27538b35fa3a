namespace Espalier.Graphs.Shapes;

/// <summary>Operators that move between space and channels, or sample images at other places.</summary>
internal static class SpatialRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("DepthToSpace", DepthToSpace),
        ("SpaceToDepth", SpaceToDepth),
        ("GridSample", GridSample),
        ("AffineGrid", AffineGrid),
        ("Col2Im", Col2Im),
    ];

    private static void DepthToSpace(NodeShapes s)
    {
        if (Block(s) is not (var x, var block)) return;
        s.Set([x[0], Divided(s, x[1], DimArithmetic.Multiply(block, block) ?? 0, "channels"), x[2] * block, x[3] * block]);
    }

    private static void SpaceToDepth(NodeShapes s)
    {
        if (Block(s) is not (var x, var block)) return;
        s.Set([x[0], x[1] * block * block, Divided(s, x[2], block, "height"), Divided(s, x[3], block, "width")]);
    }

    private static (IReadOnlyList<Dim> Shape, long Block)? Block(NodeShapes s)
    {
        s.Set(s.Shape(0) is null ? null : NodeShapes.UnknownOf(4));
        if (s.Shape(0) is not { } x || !s.IsRank(x, 4, "the input")) return null;
        var block = s.Int("blocksize", 0);
        if (block > 0) return (x, block);
        s.Conflict($"blocksize {block} is not positive", block);
        return null;
    }

    private static Dim Divided(NodeShapes s, Dim size, long divisor, string what)
    {
        if (divisor <= 0 || size.Size % divisor > 0)
        {
            s.Conflict($"{what} {size} are not divisible by {divisor}", size, divisor);
            return Dim.Unknown;
        }
        return Dim.FloorDivide(size, divisor);
    }

    private static void GridSample(NodeShapes s)
    {
        if (s.Shape(0) is not { Count: >= 3 } x)
        {
            s.Set(null);
            return;
        }
        if (s.Shape(1) is not { } grid || !s.IsRank(grid, x.Count, "the grid"))
        {
            s.Set([x[0], x[1], .. NodeShapes.UnknownOf(x.Count - 2)]);
            return;
        }
        s.Agree(grid[^1], x.Count - 2, "coordinates of the grid and spatial axes");
        s.Set([s.Agree(x[0], grid[0], "batch of the input and of the grid"), x[1], .. grid.Skip(1).SkipLast(1)]);
    }

    private static void AffineGrid(NodeShapes s)
    {
        if (s.Contents(1)?.Elements is not { Count: 4 or 5 } size) return;
        s.Set([size[0], .. size.Skip(2), size.Count - 2]);
    }

    private static void Col2Im(NodeShapes s)
    {
        if (s.Shape(0) is not { Count: 3 } x || s.Shape(1) is not { Count: 1 } image || image[0].Size is not { } rank) return;
        var block = s.Contents(2)?.Elements;
        var channels = block is null ? Dim.Unknown : Dim.DivideExactly(x[1], NodeShapes.Product(block));
        s.Set([x[0], channels, .. s.Contents(1)?.Elements ?? NodeShapes.UnknownOf(rank)]);
    }
}
