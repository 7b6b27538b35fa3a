using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Padding, blocks, and samples at computed places.</summary>
internal static class PlacementCases
{
    public static IEnumerable<OperatorCase> All() => [.. Pads(), .. Blocks(), .. GridSamples(), .. Regions()];

    private static IEnumerable<OperatorCase> Pads()
    {
        long[][] amounts = [[0, 0, 0, 0, 0, 0], [0, 1, 2, 0, 2, 1], [1, 0, 3, 1, 2, 0], [0, -1, 2, 0, 1, -2], [0, -1, -1, 0, -2, 0], [-1, 2, 0, 0, -1, 1]];
        foreach (var mode in new[] { "constant", "reflect", "edge", "wrap" })
        {
            foreach (var pads in amounts)
            {
                if (mode != "wrap")
                {
                    yield return new("Pad", 2, Draw.Floats(2, 4, 5)) { Attributes = new NodeAttributes { { "mode", mode }, { "pads", pads }, { "value", 2.5f } }, Tolerance = ToleranceClass.Exact };
                    foreach (var opset in new[] { 11, 13 })
                    {
                        yield return new("Pad", opset, Draw.Floats(2, 4, 5), Draw.Longs(pads), Draw.Scalar(ElementType.F32, 2.5)) { Attributes = new NodeAttributes { { "mode", mode } }, Tolerance = ToleranceClass.Exact };
                    }
                }
                foreach (var opset in mode == "wrap" ? new[] { 19, 21 } : [18, 21])
                {
                    yield return new("Pad", opset, Draw.Floats(2, 4, 5), Draw.Longs(pads)) { Attributes = new NodeAttributes { { "mode", mode } }, Tolerance = ToleranceClass.Exact };
                    yield return new("Pad", opset, Draw.Floats(2, 4, 5), Draw.Longs(pads[1], pads[2], pads[4], pads[5]).Stored(), null, Draw.Longs(-2, 2).Stored())
                    {
                        Attributes = new NodeAttributes { { "mode", mode } },
                        Tolerance = ToleranceClass.Exact,
                    };
                }
            }
        }
        foreach (var type in new[] { ElementType.F64, ElementType.I32, ElementType.I64, ElementType.U8, ElementType.I8, ElementType.Bool })
        {
            yield return new("Pad", 13, Draw.Of(type, 0, 1, 3, 2), Draw.Longs(1, 0, 0, 2), Draw.Scalar(type, 1));
        }
    }

    private static IEnumerable<OperatorCase> Blocks()
    {
        foreach (var block in new[] { 1L, 2, 3 })
        {
            var attributes = new NodeAttributes { { "blocksize", block } };
            yield return new("SpaceToDepth", 1, Draw.Floats(2, 3, 2 * block, 3 * block)) { Attributes = attributes, Tolerance = ToleranceClass.Exact };
            yield return new("SpaceToDepth", 13, Draw.Floats(2, 3, 2 * block, 3 * block)) { Attributes = attributes, Tolerance = ToleranceClass.Exact };
            yield return new("DepthToSpace", 1, Draw.Floats(2, 2 * block * block, 2, 3)) { Attributes = attributes, Tolerance = ToleranceClass.Exact };
            foreach (var mode in new[] { "DCR", "CRD" })
            {
                foreach (var opset in new[] { 11, 13 })
                {
                    yield return new("DepthToSpace", opset, Draw.Floats(2, 2 * block * block, 2, 3)) { Attributes = new NodeAttributes { { "blocksize", block }, { "mode", mode } }, Tolerance = ToleranceClass.Exact };
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> GridSamples()
    {
        foreach (var padding in new[] { "zeros", "border", "reflection" })
        {
            foreach (var align in new[] { 0L, 1 })
            {
                foreach (var (opset, mode) in new[] { (16, "bilinear"), (16, "nearest"), (16, "bicubic"), (20, "linear"), (20, "nearest"), (20, "cubic") })
                {
                    var attributes = new NodeAttributes { { "mode", mode }, { "padding_mode", padding }, { "align_corners", align } };
                    yield return new("GridSample", opset, Draw.Floats(2, 3, 4, 5), Draw.Between(-1.6, 1.6, 2, 3, 6, 2)) { Attributes = attributes, Tolerance = ToleranceClass.Composed };
                    if (opset == 20 && mode != "cubic")
                        yield return new("GridSample", opset, Draw.Floats(2, 3, 4, 5, 3), Draw.Between(-1.6, 1.6, 2, 3, 2, 4, 3)) { Attributes = attributes, Tolerance = ToleranceClass.Composed };
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> Regions()
    {
        var boxes = Draw.Given(ElementType.F32, [4, 4], 1, 1.5, 9, 12, 0, 0, 4, 4, -3, 2, 30, 9.5, 5, 5, 5.4, 5.2);
        var batches = Draw.Longs(0, 1, 1, 0);
        foreach (var opset in new[] { 10, 16, 22 })
        {
            foreach (var sampling in new[] { 0L, 2, 3 })
            {
                foreach (var scale in new[] { 1f, 0.5f })
                {
                    foreach (var shift in opset >= 16 ? new[] { "half_pixel", "output_half_pixel" } : [""])
                    {
                        var attributes = new NodeAttributes { { "output_height", 3L }, { "output_width", 2L }, { "sampling_ratio", sampling }, { "spatial_scale", scale } };
                        if (shift.Length > 0) attributes.Add("coordinate_transformation_mode", shift);
                        var x = Draw.Floats(2, 3, 10, 12);
                        yield return new("RoiAlign", opset, x, boxes, batches)
                        {
                            Attributes = attributes,
                            Tolerance = ToleranceClass.Composed,
                            RefusedByRuntime = opset == 22 ? "no implementation since set 22" : null,
                            Expected = Truth.As(new("RoiAlign", 16, x, boxes, batches) { Attributes = attributes }),
                        };
                    }
                }
            }
        }
    }
}
