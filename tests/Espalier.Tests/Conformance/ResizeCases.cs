using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Resize and Upsample: the grid of modes, coordinate transformations, rounding and ways to state the size.</summary>
internal static class ResizeCases
{
    private static readonly float[][] Scales = [[1, 1, 2, 2], [1, 1, 0.5f, 0.6f], [1, 1, 1.3f, 2.7f], [1, 1, 3, 0.4f], [1, 1, 1, 1]];
    private static readonly string[] Transformations = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"];

    public static IEnumerable<OperatorCase> All() => [.. Early(), .. Nearest(), .. Interpolated(), .. Antialiased(), .. Cropped(), .. Policies(), .. OtherRanks()];

    private static IEnumerable<OperatorCase> Early()
    {
        foreach (var mode in new[] { "nearest", "linear" })
        {
            foreach (var scale in Scales)
            {
                if (scale.All(factor => factor >= 1))
                {
                    yield return new("Upsample", 7, Image()) { Attributes = new NodeAttributes { { "mode", mode }, { "scales", scale } }, Tolerance = ToleranceClass.Sum };
                    yield return new("Upsample", 9, Image(), Floats(scale)) { Attributes = new NodeAttributes { { "mode", mode } }, Tolerance = ToleranceClass.Sum };
                }
                yield return new("Resize", 10, Image(), Floats(scale)) { Attributes = new NodeAttributes { { "mode", mode } }, Tolerance = ToleranceClass.Sum };
                yield return new("Resize", 10, Image(), Floats(scale).Stored()) { Attributes = new NodeAttributes { { "mode", mode } }, Tolerance = ToleranceClass.Sum };
            }
        }
    }

    private static IEnumerable<OperatorCase> Nearest()
    {
        foreach (var transformation in Transformations.Append("tf_half_pixel_for_nn"))
        {
            foreach (var rounding in new[] { "round_prefer_floor", "round_prefer_ceil", "floor", "ceil" })
            {
                foreach (var opset in Opsets(transformation))
                {
                    foreach (var (scales, sizes) in Targets())
                    {
                        yield return new("Resize", opset, Image(), Region(opset), scales ?? Region(opset), sizes)
                        {
                            Attributes = new NodeAttributes { { "mode", "nearest" }, { "coordinate_transformation_mode", transformation }, { "nearest_mode", rounding } },
                            Tolerance = ToleranceClass.Exact,
                        };
                    }
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> Interpolated()
    {
        foreach (var mode in new[] { "linear", "cubic" })
        {
            foreach (var transformation in Transformations)
            {
                foreach (var (exclude, coefficient) in mode == "linear" ? new[] { (0L, 0f) } : [(0L, -0.75f), (1L, -0.5f), (0L, -0.5f), (1L, -0.75f)])
                {
                    foreach (var opset in Opsets(transformation))
                    {
                        foreach (var (scales, sizes) in Targets())
                        {
                            var attributes = new NodeAttributes { { "mode", mode }, { "coordinate_transformation_mode", transformation }, { "exclude_outside", exclude } };
                            if (mode == "cubic") attributes.Add("cubic_coeff_a", coefficient);
                            yield return new("Resize", opset, Image(), Region(opset), scales ?? Region(opset), sizes) { Attributes = attributes, Tolerance = ToleranceClass.Composed };
                        }
                    }
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> Antialiased()
    {
        foreach (var mode in new[] { "linear", "cubic" })
        {
            foreach (var transformation in new[] { "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric" })
            {
                foreach (var exclude in new[] { 0L, 1 })
                {
                    foreach (var (scales, sizes) in Targets())
                    {
                        yield return new("Resize", 18, Image(), null, scales, sizes)
                        {
                            Attributes = new NodeAttributes { { "mode", mode }, { "coordinate_transformation_mode", transformation }, { "antialias", 1L }, { "exclude_outside", exclude } },
                            Tolerance = ToleranceClass.Composed,
                        };
                    }
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> Cropped()
    {
        foreach (var mode in new[] { "nearest", "linear", "cubic" })
        {
            foreach (var region in new double[][] { [0, 0, 0.2, 0.3, 1, 1, 0.8, 0.7], [0, 0, -0.3, 0.2, 1, 1, 0.9, 1.4], [0, 0, 0.5, 0.93, 1, 1, 0.5, 0.12] })
            {
                foreach (var opset in new[] { 11, 13, 19 })
                {
                    yield return new("Resize", opset, Image(), Draw.Singles(region), Region(opset), Draw.Longs(1, 2, 4, 7))
                    {
                        Attributes = new NodeAttributes { { "mode", mode }, { "coordinate_transformation_mode", "tf_crop_and_resize" }, { "extrapolation_value", 9f } },
                        Tolerance = ToleranceClass.Composed,
                    };
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> Policies()
    {
        foreach (var policy in new[] { "stretch", "not_larger", "not_smaller" })
        {
            foreach (var mode in new[] { "nearest", "linear", "cubic" })
            {
                foreach (var (height, width) in new[] { (10L, 10L), (3L, 9L), (7L, 4L) })
                {
                    yield return new("Resize", 18, Image(), null, null, Draw.Longs(height, width))
                    {
                        Attributes = new NodeAttributes { { "mode", mode }, { "axes", new long[] { 2, 3 } }, { "keep_aspect_ratio_policy", policy } },
                        Tolerance = ToleranceClass.Composed,
                    };
                }
            }
        }
        yield return new("Resize", 18, Image(), null, Draw.Singles(2, 0.5)) { Attributes = new NodeAttributes { { "mode", "linear" }, { "axes", new long[] { -1, -2 } } }, Tolerance = ToleranceClass.Composed };
        yield return new("Resize", 19, Image(), null, Draw.Singles(2, 0.5)) { Attributes = new NodeAttributes { { "mode", "nearest" }, { "axes", new long[] { 3, 2 } } } };
    }

    private static IEnumerable<OperatorCase> OtherRanks()
    {
        foreach (var shape in new long[][] { [7], [4, 5], [2, 4, 5], [1, 2, 3, 4, 3] })
        {
            foreach (var mode in new[] { "nearest", "linear", "cubic" })
            {
                if (mode == "cubic" && shape.Length != 2) continue;
                if (mode == "linear" && shape.Length == 1) continue;
                var scales = shape.Select((_, i) => shape.Length - i <= 3 && shape.Length - i < shape.Length ? 1.5 : shape.Length <= 2 ? 2.0 : 1.0).ToArray();
                yield return new("Resize", 13, Draw.Floats(shape), null, Draw.Singles(scales)) { Attributes = new NodeAttributes { { "mode", mode } }, Tolerance = ToleranceClass.Composed };
            }
        }
        foreach (var type in new[] { ElementType.I32, ElementType.U8, ElementType.I8 })
        {
            yield return new("Resize", 13, Draw.Of(type, 0, 100, 1, 2, 5, 6), null, Floats(Scales[0])) { Attributes = new NodeAttributes { { "mode", "nearest" } } };
        }
    }

    private static CaseInput Image() => Draw.Floats(1, 2, 5, 6);

    private static int[] Opsets(string transformation) => transformation switch
    {
        "half_pixel_symmetric" => [19],
        "tf_half_pixel_for_nn" => [11],
        _ => [11, 13, 18],
    };

    /// <summary>In sets 11 and 12 region and scales are inputs that must be there; they are empty if they do not apply.</summary>
    private static CaseInput? Region(int opset) => opset < 13 ? Floats([]) : null;

    private static IEnumerable<(CaseInput? Scales, CaseInput? Sizes)> Targets()
    {
        foreach (var scale in Scales) yield return (Floats(scale), null);
        yield return (null, Draw.Longs(1, 2, 9, 4));
        yield return (null, Draw.Longs(1, 2, 1, 13));
    }

    private static CaseInput Floats(float[] values) => Draw.Singles([.. values.Select(value => (double)value)]);
}
