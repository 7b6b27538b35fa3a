using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Where the windows of a convolution or pool lie on the spatial axes: attributes, automatic padding and the size of the result.</summary>
internal sealed class SlidingWindow
{
    private SlidingWindow(long[] input, long[] kernel, long[] strides, long[] dilations, long[] begin, long[] end, long[] output)
    {
        Input = input;
        Kernel = kernel;
        Strides = strides;
        Dilations = dilations;
        Begin = begin;
        End = end;
        Output = output;
    }

    /// <summary>Sizes of the spatial axes before padding.</summary>
    public long[] Input { get; }

    /// <summary>Cells of the window along each axis.</summary>
    public long[] Kernel { get; }

    /// <summary>Steps between windows.</summary>
    public long[] Strides { get; }

    /// <summary>Steps between the cells of a window.</summary>
    public long[] Dilations { get; }

    /// <summary>Padding before each axis.</summary>
    public long[] Begin { get; }

    /// <summary>Padding after each axis.</summary>
    public long[] End { get; }

    /// <summary>Number of windows along each axis.</summary>
    public long[] Output { get; }

    /// <summary>Number of spatial axes.</summary>
    public int Rank => Kernel.Length;

    /// <summary>The windows of a node over a tensor [batch, channels, spatial...].</summary>
    /// <param name="call">The call; kernel_shape, strides, pads, dilations, auto_pad and ceil_mode are read.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="kernel">Sizes of the window.</param>
    public static SlidingWindow Create(in OperatorCall call, Tensor x, long[] kernel)
    {
        var rank = kernel.Length;
        if (x.dim() != rank + 2)
            throw new EspalierException($"{call.Node.OpType} has a window of {rank} axes over a tensor of {x.dim()}, which needs batch and channels besides", $"node '{call.Node.Name}'");
        if (rank is < 1 or > 3) throw call.Unsupported($"{rank} spatial axes");
        var input = x.shape[2..];
        var strides = PerAxis(call, "strides", rank);
        var dilations = PerAxis(call, "dilations", rank);
        var pads = call.Attributes.Ints("pads") ?? new long[2 * rank];
        var begin = pads[..rank];
        var end = pads[rank..];
        var mode = AutoPad(call);
        var ceil = call.Attributes.Int("ceil_mode", 0) != 0;
        var output = new long[rank];
        for (var i = 0; i < rank; i++)
        {
            var span = ((kernel[i] - 1) * dilations[i]) + 1;
            if (mode is "SAME_UPPER" or "SAME_LOWER")
            {
                output[i] = (input[i] + strides[i] - 1) / strides[i];
                var total = Math.Max(0, ((output[i] - 1) * strides[i]) + span - input[i]);
                (begin[i], end[i]) = mode == "SAME_UPPER" ? (total / 2, total - (total / 2)) : (total - (total / 2), total / 2);
                continue;
            }
            if (mode == "VALID") begin[i] = end[i] = 0;
            var room = input[i] + begin[i] + end[i] - span;
            if (room < 0) throw new EspalierException($"{call.Node.OpType} has a window of {span} cells on an axis of {input[i] + begin[i] + end[i]}", $"node '{call.Node.Name}'");
            output[i] = ((ceil ? room + strides[i] - 1 : room) / strides[i]) + 1;
            // The last window must begin on a cell, not in the padding behind the input.
            if (ceil && (output[i] - 1) * strides[i] >= input[i] + begin[i]) output[i]--;
        }
        return new SlidingWindow(input, kernel, strides, dilations, begin, end, output);
    }

    /// <summary>The attribute kernel_shape, which pools must have.</summary>
    public static long[] KernelShape(in OperatorCall call) =>
        call.Attributes.Ints("kernel_shape") ?? throw new EspalierException($"{call.Node.OpType} needs the attribute kernel_shape", $"node '{call.Node.Name}'");

    /// <summary>The attribute auto_pad, checked.</summary>
    public static string AutoPad(in OperatorCall call)
    {
        var mode = call.Attributes.String("auto_pad", "NOTSET");
        return mode is "NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER" ? mode
            : throw new EspalierException($"auto_pad is '{mode}', which ONNX does not define", $"node '{call.Node.Name}'");
    }

    /// <summary>A list attribute with one integer per axis, ones if it is absent.</summary>
    public static long[] PerAxis(in OperatorCall call, string attribute, int rank)
    {
        var values = call.Attributes.Ints(attribute);
        if (values is null || values.Length == 0) return [.. Enumerable.Repeat(1L, rank)];
        return values.Length == rank ? values
            : throw new EspalierException($"{attribute} has {values.Length} entries for {rank} spatial axes", $"node '{call.Node.Name}'");
    }

    /// <summary>True if libtorch can pad by itself: as much before as after each axis.</summary>
    public bool IsSymmetric => Begin.AsSpan().SequenceEqual(End);

    /// <summary>True if a pool of libtorch, which counts whole windows only and pads by half a window at most, gives the same result.</summary>
    public bool IsPlainPool
    {
        get
        {
            for (var i = 0; i < Rank; i++)
            {
                var span = ((Kernel[i] - 1) * Dilations[i]) + 1;
                if (Begin[i] != End[i] || Begin[i] < 0 || Begin[i] > Kernel[i] / 2) return false;
                if (Output[i] != ((Input[i] + Begin[i] + End[i] - span) / Strides[i]) + 1) return false;
            }
            return true;
        }
    }

    /// <summary>The tensor with the cells that the windows cover and no others, padded with a value.</summary>
    public Tensor Cover(Tensor x, double value)
    {
        var end = new long[Rank];
        for (var i = 0; i < Rank; i++) end[i] = ((Output[i] - 1) * Strides[i]) + ((Kernel[i] - 1) * Dilations[i]) + 1 - Input[i] - Begin[i];
        return Pad(x, Begin, end, value);
    }

    /// <summary>Pads the spatial axes with a value; negative amounts cut.</summary>
    public static Tensor Pad(Tensor x, long[] begin, long[] end, double value)
    {
        if (begin.All(amount => amount == 0) && end.All(amount => amount == 0)) return x;
        // libtorch wants pairs from the last axis on.
        var pairs = new long[2 * begin.Length];
        for (var i = 0; i < begin.Length; i++)
        {
            pairs[2 * (begin.Length - 1 - i)] = begin[i];
            pairs[(2 * (begin.Length - 1 - i)) + 1] = end[i];
        }
        return nn.functional.pad(x, pairs, TorchSharp.PaddingModes.Constant, value);
    }

    /// <summary>Sums over the windows of a tensor made by <see cref="Cover"/>, for any dilation.</summary>
    public Tensor Sum(Tensor covered)
    {
        for (var i = 0; i < Rank; i++) covered = Sum(covered, i + 2, Kernel[i], Strides[i], Dilations[i], Output[i]);
        return covered;
    }

    /// <summary>Sums of windows along one axis.</summary>
    public static Tensor Sum(Tensor x, int axis, long kernel, long stride, long dilation, long outputs)
    {
        var sum = x.slice(axis, 0, ((outputs - 1) * stride) + 1, stride);
        for (var j = 1L; j < kernel; j++) sum = sum.add(x.slice(axis, j * dilation, (j * dilation) + ((outputs - 1) * stride) + 1, stride));
        return sum;
    }
}
