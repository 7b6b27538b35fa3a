using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Convolution and its transpose over one to three spatial axes.</summary>
internal static class ConvolutionOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Conv"] = static (in OperatorCall c) => [Convolve(c, c[0], c[1], c.Optional(2))];
        table["ConvTranspose"] = static (in OperatorCall c) => [Transposed(c)];
    }

    /// <summary>
    /// Convolution by the attributes of a node. <paramref name="x"/> [batch, channels, spatial...], <paramref name="weight"/> [outputs, channels / group,
    /// kernel...], <paramref name="bias"/> [outputs] or null; gives [batch, outputs, spatial...].
    /// </summary>
    public static Tensor Convolve(in OperatorCall call, Tensor x, Tensor weight, Tensor? bias)
    {
        var window = SlidingWindow.Create(call, x, call.Attributes.Ints("kernel_shape") ?? weight.shape[2..]);
        var groups = call.Attributes.Int("group", 1);
        var padding = window.Begin;
        if (!window.IsSymmetric || padding.Any(amount => amount < 0))
        {
            x = SlidingWindow.Pad(x, window.Begin, window.End, 0);
            padding = new long[window.Rank];
        }
        var (strides, dilations) = (window.Strides, window.Dilations);
        return window.Rank switch
        {
            1 => nn.functional.conv1d(x, weight, bias, strides[0], padding[0], dilations[0], groups),
            2 => nn.functional.conv2d(x, weight, bias, strides, padding, dilations, groups),
            _ => nn.functional.conv3d(x, weight, bias, strides, padding, dilations, groups),
        };
    }

    /// <summary>
    /// Transposed convolution. x [batch, channels, spatial...], weight [channels, outputs / group, kernel...], bias [outputs] or none. The padding cuts
    /// the whole result at both ends; output_padding and a larger output_shape append cells that get the bias alone.
    /// </summary>
    private static Tensor Transposed(in OperatorCall call)
    {
        var (x, weight) = (call[0], call[1]);
        var kernel = call.Attributes.Ints("kernel_shape") ?? weight.shape[2..];
        var rank = kernel.Length;
        if (x.dim() != rank + 2 || rank is < 1 or > 3) throw call.Unsupported($"a window of {rank} axes over a tensor of {x.dim()}");
        var strides = SlidingWindow.PerAxis(call, "strides", rank);
        var dilations = SlidingWindow.PerAxis(call, "dilations", rank);
        var extra = call.Attributes.Ints("output_padding") ?? new long[rank];
        var (begin, output) = Geometry(call, x.shape[2..], kernel, strides, dilations, extra);
        var groups = call.Attributes.Int("group", 1);
        var tail = new long[rank];
        for (var i = 0; i < rank; i++) tail[i] = output[i] - ((x.shape[i + 2] - 1) * strides[i]) - ((kernel[i] - 1) * dilations[i]) - 1 + begin[i];
        // libtorch cuts both ends alike; what remains is done on the whole result, and the bias follows because appended cells get it too.
        var even = begin.Zip(tail).All(pair => pair.First >= 0 && pair.First == -pair.Second);
        var cut = even ? begin : new long[rank];
        var none = new long[rank];
        var bias = even ? call.Optional(2) : null;
        var whole = rank switch
        {
            1 => nn.functional.conv_transpose1d(x, weight, bias, strides[0], cut[0], 0, dilations[0], groups),
            2 => nn.functional.conv_transpose2d(x, weight, bias, strides, cut, none, dilations, groups),
            _ => nn.functional.conv_transpose3d(x, weight, bias, strides, cut, none, dilations, groups),
        };
        if (even) return whole;
        var cropped = SlidingWindow.Pad(whole, [.. begin.Select(amount => -amount)], tail, 0);
        return call.Optional(2) is { } added ? cropped.add(added.reshape([-1, .. Enumerable.Repeat(1L, rank)])) : cropped;
    }

    /// <summary>Cells cut before each axis, and the sizes of the result.</summary>
    private static (long[] Begin, long[] Output) Geometry(in OperatorCall call, long[] input, long[] kernel, long[] strides, long[] dilations, long[] extra)
    {
        var rank = kernel.Length;
        var pads = call.Attributes.Ints("pads") ?? new long[2 * rank];
        var mode = SlidingWindow.AutoPad(call);
        var wanted = call.Attributes.Ints("output_shape");
        // Early exporters wrote batch and channels too.
        if (wanted is not null && wanted.Length == rank + 2) wanted = wanted[2..];
        var begin = new long[rank];
        var output = new long[rank];
        for (var i = 0; i < rank; i++)
        {
            var whole = ((input[i] - 1) * strides[i]) + extra[i] + ((kernel[i] - 1) * dilations[i]) + 1;
            if (wanted is { Length: > 0 } || mode is "SAME_UPPER" or "SAME_LOWER")
            {
                output[i] = wanted is { Length: > 0 } ? wanted[i] : input[i] * strides[i];
                if (output[i] >= whole + strides[i])
                    throw new EspalierException($"ConvTranspose cannot make {output[i]} cells of {input[i]}", $"node '{call.Node.Name}'", $"output_shape may ask for {whole + strides[i] - 1} at most");
                var total = Math.Max(0, whole - output[i]);
                begin[i] = mode == "SAME_UPPER" ? total / 2 : total - (total / 2);
                if (wanted is null or { Length: 0 }) output[i] = whole - total;
                continue;
            }
            begin[i] = mode == "VALID" ? 0 : pads[i];
            output[i] = whole - begin[i] - (mode == "VALID" ? 0 : pads[rank + i]);
        }
        return (begin, output);
    }
}
