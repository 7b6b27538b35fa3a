using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Pools over windows and over whole spatial axes.</summary>
internal static class PoolingOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["MaxPool"] = static (in OperatorCall c) => MaxPool(c);
        table["AveragePool"] = static (in OperatorCall c) => [Average(c, c[0])];
        table["LpPool"] = static (in OperatorCall c) => [LpPool(c)];
        table["GlobalAveragePool"] = static (in OperatorCall c) => [c[0].mean(Spatial(c[0]), keepdim: true)];
        table["GlobalMaxPool"] = static (in OperatorCall c) => [c[0].amax(Spatial(c[0]), keepdim: true)];
        table["GlobalLpPool"] = static (in OperatorCall c) => [Root(Powers(c[0], Exponent(c)).sum(Spatial(c[0]), keepdim: true), Exponent(c))];
    }

    /// <summary>Means over the windows of a node. Padding counts as cells with <c>count_include_pad</c>, but not what lies behind it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="x">[batch, channels, spatial...].</param>
    /// <param name="overhang">With <c>count_include_pad</c>, what lies behind the padding counts too.</param>
    public static Tensor Average(in OperatorCall call, Tensor x, bool overhang = false)
    {
        var window = SlidingWindow.Create(call, x, SlidingWindow.KernelShape(call));
        var counted = call.Attributes.Int("count_include_pad", 0) != 0;
        var dense = window.Dilations.All(dilation => dilation == 1);
        if (dense && window.IsPlainPool)
        {
            var (kernel, strides, padding) = (window.Kernel, window.Strides, window.Begin);
            return window.Rank switch
            {
                1 => nn.functional.avg_pool1d(x, kernel[0], strides[0], padding[0], false, counted),
                2 => nn.functional.avg_pool2d(x, kernel, strides, padding, false, counted),
                _ => nn.functional.avg_pool3d(x, kernel, strides, padding, false, counted),
            };
        }
        var sum = window.Sum(window.Cover(x, 0));
        for (var i = 0; i < window.Rank; i++)
        {
            var counts = tensor(Counts(window, i, counted, overhang), x.dtype, x.device);
            sum = sum.div(counts.reshape([-1, .. Enumerable.Repeat(1L, window.Rank - 1 - i)]));
        }
        return sum;
    }

    /// <summary>How many cells each window has along an axis.</summary>
    private static float[] Counts(SlidingWindow window, int axis, bool padding, bool overhang)
    {
        var first = padding ? 0 : window.Begin[axis];
        var last = window.Begin[axis] + window.Input[axis] + (padding ? window.End[axis] : 0);
        if (padding && overhang) last = long.MaxValue;
        var counts = new float[window.Output[axis]];
        for (var o = 0; o < counts.Length; o++)
        {
            for (var j = 0; j < window.Kernel[axis]; j++)
            {
                var cell = (o * window.Strides[axis]) + (j * window.Dilations[axis]);
                if (cell >= first && cell < last) counts[o]++;
            }
        }
        return counts;
    }

    private static Tensor[] MaxPool(in OperatorCall call)
    {
        var x = call[0];
        var window = SlidingWindow.Create(call, x, SlidingWindow.KernelShape(call));
        // libtorch pools floats; 8-bit integers fit into them.
        var source = x.is_floating_point() ? x : x.to(ScalarType.Float32);
        var plain = window.IsPlainPool;
        if (!plain) source = window.Cover(source, double.NegativeInfinity);
        var padding = plain ? window.Begin : new long[window.Rank];
        var wanted = call.Node.Outputs.Count > 1 && call.Node.Outputs[1] is not null;
        var (values, places) = Pool(source, window, padding, wanted);
        if (values.dtype != x.dtype) values = values.to(x.dtype);
        return wanted ? [values, Indices(call, x, window, places!, plain ? null : source.shape[2..])] : [values];
    }

    private static (Tensor Values, Tensor? Places) Pool(Tensor x, SlidingWindow window, long[] padding, bool wanted)
    {
        var (kernel, strides, dilations) = (window.Kernel, window.Strides, window.Dilations);
        if (!wanted)
        {
            return (window.Rank switch
            {
                1 => nn.functional.max_pool1d(x, kernel[0], strides[0], padding[0], dilations[0], false),
                2 => nn.functional.max_pool2d(x, kernel, strides, padding, dilations, false),
                _ => nn.functional.max_pool3d(x, kernel, strides, padding, dilations, false),
            }, null);
        }
        return window.Rank switch
        {
            1 => nn.functional.max_pool1d_with_indices(x, kernel[0], strides[0], padding[0], dilations[0], false),
            2 => nn.functional.max_pool2d_with_indices(x, kernel, strides, padding, dilations, false),
            _ => nn.functional.max_pool3d_with_indices(x, kernel, strides, padding, dilations, false),
        };
    }

    /// <summary>
    /// Places in one channel, as libtorch gives them, as ONNX wants them: in the whole tensor, without padding, and in column-major order of the
    /// spatial axes if <c>storage_order</c> says so.
    /// </summary>
    private static Tensor Indices(in OperatorCall call, Tensor x, SlidingWindow window, Tensor places, long[]? padded)
    {
        var columnMajor = call.Attributes.Int("storage_order", 0) != 0;
        var plane = window.Input.Aggregate(1L, (product, size) => product * size);
        if (padded is not null || columnMajor)
        {
            var sizes = padded ?? window.Input;
            var result = zeros_like(places);
            var step = columnMajor ? plane : 1;
            for (var i = window.Rank - 1; i >= 0; i--)
            {
                var coordinate = places.remainder(sizes[i]);
                places = places.div(sizes[i], RoundingMode.floor);
                if (columnMajor) step /= window.Input[i];
                result = result.add(coordinate.sub(padded is null ? 0 : window.Begin[i]).mul(step));
                if (!columnMajor) step *= window.Input[i];
            }
            places = result;
        }
        var channels = arange(x.shape[0] * x.shape[1], ScalarType.Int64, x.device).mul(plane);
        return places.add(channels.reshape([x.shape[0], x.shape[1], .. Enumerable.Repeat(1L, window.Rank)]));
    }

    private static Tensor LpPool(in OperatorCall call)
    {
        var p = Exponent(call);
        var window = SlidingWindow.Create(call, call[0], SlidingWindow.KernelShape(call));
        return Root(window.Sum(window.Cover(Powers(call[0], p), 0)), p);
    }

    /// <summary>The attribute p: an integer, a float in operator set 1.</summary>
    private static float Exponent(in OperatorCall call) => call.Node.OpsetVersion < 2 ? call.Attributes.Float("p", 2) : call.Attributes.Int("p", 2);

    private static Tensor Powers(Tensor x, float p) => p == 1 ? x.abs() : p == 2 ? x.mul(x) : x.abs().pow(p);

    /// <summary>The p-th root; its gradient at zero, which is infinite, is taken as zero, so that windows of zeros do not spoil training.</summary>
    private static Tensor Root(Tensor sum, float p)
    {
        if (p == 1) return sum;
        var empty = sum.eq(0);
        return sum.masked_fill(empty, 1).pow(1 / p).masked_fill(empty, 0);
    }

    private static long[] Spatial(Tensor x) => [.. Enumerable.Range(2, (int)x.dim() - 2).Select(axis => (long)axis)];
}
