using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Convolutions and pools: the grid of axes, padding, strides, dilations, and what each operator adds.</summary>
internal static class WindowCases
{
    private static readonly string[] Paddings = ["none", "even", "uneven", "VALID", "SAME_UPPER", "SAME_LOWER"];
    private static readonly long[] Sizes = [7, 6, 5];
    private const string Undilated = "automatic padding is for the window without its dilation";

    public static IEnumerable<OperatorCase> All() => [.. Convolutions(), .. Transposed(), .. MaxPools(), .. AveragePools(), .. LpPools(), .. GlobalPools()];

    private static IEnumerable<OperatorCase> Convolutions()
    {
        foreach (var (rank, padding, stride, dilation) in Windows())
        {
            foreach (var group in new[] { 1, 2, 4 })
            {
                var bias = (stride + dilation + group) % 2 == 0;
                var opset = group == 1 ? 1 : group == 2 ? 11 : 22;
                var attributes = Window(rank, padding, stride, dilation, with => with.Add("group", (long)group));
                yield return new("Conv", opset, Draw.Floats([2, 4, .. Sizes[..rank]]), Draw.Floats([8, 4 / group, .. Kernel(rank)]), bias ? Draw.Floats(8) : null)
                {
                    Attributes = attributes,
                    Tolerance = ToleranceClass.Sum,
                    RefusedByRuntime = IsDilatedSame(padding, dilation) ? "no automatic padding with dilation" : null,
                    Expected = Truth.Conv(attributes),
                };
            }
        }
        yield return new("Conv", 11, Draw.Floats(1, 3, 5, 5), Draw.Floats(2, 3, 1, 1)) { Tolerance = ToleranceClass.Sum };
        yield return new("Conv", 11, Draw.Floats(1, 3, 5, 5), Draw.Floats(2, 3, 5, 5).Stored(), Draw.Floats(2).Stored()) { Tolerance = ToleranceClass.Sum };
    }

    private static IEnumerable<OperatorCase> Transposed()
    {
        foreach (var (rank, padding, stride, dilation) in Windows())
        {
            foreach (var group in new[] { 1, 2, 4 })
            {
                foreach (var extra in stride > 1 ? new[] { 0L, 1L } : [0L])
                {
                    var bias = (stride + dilation + group) % 2 == 0;
                    yield return new("ConvTranspose", group == 2 ? 11 : group == 1 ? 1 : 22, Draw.Floats([2, 4, .. Sizes[..rank]]), Draw.Floats([4, 6 / (group == 4 ? 2 : group), .. Kernel(rank)]),
                        bias ? Draw.Floats(group == 4 ? 12 : 6) : null)
                    {
                        Attributes = Window(rank, padding, stride, dilation, with =>
                        {
                            with.Add("group", (long)group);
                            if (extra > 0) with.Add("output_padding", Repeat(extra, rank));
                        }),
                        Tolerance = ToleranceClass.Sum,
                    };
                }
            }
        }
        foreach (var auto in new[] { "NOTSET", "SAME_UPPER", "SAME_LOWER" })
        {
            foreach (var size in new long[] { 8, 9, 10 })
            {
                yield return new("ConvTranspose", 11, Draw.Floats(1, 2, 4, 5), Draw.Floats(2, 3, 3, 3), Draw.Floats(3))
                {
                    Attributes = new NodeAttributes { { "strides", new long[] { 2, 2 } }, { "output_shape", new[] { size, size + 1 } }, { "auto_pad", auto } },
                    Tolerance = ToleranceClass.Sum,
                };
            }
        }
    }

    private static IEnumerable<OperatorCase> MaxPools()
    {
        foreach (var (rank, padding, stride, dilation) in Windows())
        {
            foreach (var ceil in new[] { false, true })
            {
                foreach (var outputs in new[] { 1, 2, 3 })
                {
                    var columns = outputs == 3;
                    var attributes = Window(rank, padding, stride, dilation, with =>
                    {
                        with.Add("kernel_shape", Kernel(rank));
                        if (ceil) with.Add("ceil_mode", 1L);
                        if (columns) with.Add("storage_order", 1L);
                    });
                    yield return new("MaxPool", dilation > 1 || ceil ? outputs == 1 ? 10 : 12 : outputs == 1 ? 1 : 8, Draw.Floats([2, 3, .. Sizes[..rank]]))
                    {
                        Attributes = attributes,
                        Outputs = Math.Min(outputs, 2),
                        Tolerance = ToleranceClass.Exact,
                        RuntimeDeviates = Deviates(padding, stride, dilation, ceil) ? Undilated : null,
                        Expected = Truth.Pool("MaxPool", attributes, Math.Min(outputs, 2)),
                    };
                }
            }
        }
        foreach (var type in new[] { ElementType.U8, ElementType.I8 })
        {
            yield return new("MaxPool", 12, Draw.Of(type, type == ElementType.U8 ? 0 : -128, 127, 1, 2, 5, 5))
            {
                Attributes = new NodeAttributes { { "kernel_shape", new long[] { 2, 3 } }, { "pads", new long[] { 1, 1, 0, 1 } } },
            };
        }
        foreach (var size in new long[] { 5, 6, 7, 8 })
        {
            yield return new("MaxPool", 22, Draw.Floats(1, 1, size, size + 1))
            {
                Attributes = new NodeAttributes { { "kernel_shape", new long[] { 2, 2 } }, { "strides", new long[] { 3, 3 } }, { "pads", new long[] { 1, 1, 1, 1 } }, { "ceil_mode", 1L } },
                Tolerance = ToleranceClass.Exact,
                Note = "the last window may begin in the padding",
            };
        }
    }

    private static IEnumerable<OperatorCase> AveragePools()
    {
        foreach (var (rank, padding, stride, dilation) in Windows())
        {
            foreach (var ceil in new[] { false, true })
            {
                foreach (var counted in new[] { false, true })
                {
                    var attributes = Window(rank, padding, stride, dilation, with =>
                    {
                        with.Add("kernel_shape", Kernel(rank));
                        if (ceil) with.Add("ceil_mode", 1L);
                        if (counted) with.Add("count_include_pad", 1L);
                    });
                    foreach (var opset in dilation > 1 ? new[] { 19, 22 } : ceil ? [10, 11, 19, 22] : [7, 10, 19])
                    {
                        yield return new("AveragePool", opset, Draw.Floats([2, 3, .. Sizes[..rank]]))
                        {
                            Attributes = attributes,
                            RuntimeDeviates = Deviates(padding, stride, dilation, ceil && !counted) ? Undilated : null,
                            Expected = Truth.Pool("AveragePool", attributes, 1),
                        };
                    }
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> LpPools()
    {
        foreach (var (rank, padding, stride, dilation) in Windows())
        {
            foreach (var p in new[] { 1L, 2, 3 })
            {
                foreach (var ceil in new[] { false, true })
                {
                    var attributes = Window(rank, padding, stride, dilation, with =>
                    {
                        with.Add("kernel_shape", Kernel(rank));
                        with.Add("p", p);
                        if (ceil) with.Add("ceil_mode", 1L);
                    });
                    yield return new("LpPool", ceil || dilation > 1 ? 18 : p == 3 ? 2 : 11, Draw.Floats([2, 3, .. Sizes[..rank]]))
                    {
                        Attributes = attributes,
                        Tolerance = ToleranceClass.Sum,
                        RuntimeDeviates = Deviates(padding, stride, dilation, ceil) ? Undilated : null,
                        Expected = Truth.Pool("LpPool", attributes, 1),
                    };
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> GlobalPools()
    {
        foreach (var name in new[] { "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool" })
        {
            foreach (var rank in new[] { 1, 2, 3 })
            {
                foreach (var opset in name == "GlobalLpPool" ? new[] { 2, 22 } : [1, 22])
                {
                    foreach (var p in name == "GlobalLpPool" ? new[] { 1L, 2, 3 } : [0])
                    {
                        var x = Draw.Floats([2, 3, .. Sizes[..rank]]);
                        var attributes = p == 0 ? [] : new NodeAttributes { { "p", p } };
                        yield return new(name, opset, x)
                        {
                            Attributes = attributes,
                            Tolerance = ToleranceClass.Sum,
                            RefusedByRuntime = p > 0 && opset == 22 ? "no implementation since set 22" : null,
                            Expected = Truth.As(new(name, 2, x) { Attributes = attributes }),
                        };
                    }
                }
            }
        }
    }

    private static IEnumerable<(int Rank, string Padding, long Stride, long Dilation)> Windows() =>
        from rank in new[] { 1, 2, 3 }
        from padding in Paddings
        from stride in new[] { 1L, 2 }
        from dilation in new[] { 1L, 2 }
        select (rank, padding, stride, dilation);

    private static NodeAttributes Window(int rank, string padding, long stride, long dilation, Action<NodeAttributes> add)
    {
        var attributes = new NodeAttributes();
        // The strides of the axes differ, so that mixed-up axes show.
        if (stride > 1) attributes.Add("strides", [.. Enumerable.Range(0, rank).Select(i => stride + (i % 2))]);
        if (dilation > 1) attributes.Add("dilations", [.. Enumerable.Range(0, rank).Select(i => i == 1 ? 1 : dilation)]);
        if (padding == "even") attributes.Add("pads", Repeat(1, 2 * rank));
        if (padding == "uneven") attributes.Add("pads", [.. Enumerable.Range(0, 2 * rank).Select(i => i % 3 == 1 ? 0L : 1L)]);
        if (char.IsUpper(padding[0])) attributes.Add("auto_pad", padding);
        add(attributes);
        return attributes;
    }

    private static bool IsDilatedSame(string padding, long dilation) => dilation > 1 && padding.StartsWith("SAME", StringComparison.Ordinal);

    /// <summary>Where ONNX Runtime pads pools for the window without its dilation; with these sizes ceil_mode makes up for it if all padding is in front.</summary>
    private static bool Deviates(string padding, long stride, long dilation, bool ceil) => IsDilatedSame(padding, dilation) && !(padding == "SAME_LOWER" && ceil && stride > 1);

    private static long[] Kernel(int rank) => [.. Enumerable.Range(0, rank).Select(i => i == 1 ? 3L : 2L)];

    private static long[] Repeat(long value, int count) => [.. Enumerable.Repeat(value, count)];
}
