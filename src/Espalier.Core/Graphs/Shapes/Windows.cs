namespace Espalier.Graphs.Shapes;

/// <summary>Kernel, strides, dilations and padding of a convolution or pool over a number of spatial axes.</summary>
internal sealed class Windows
{
    private readonly Dim[] _kernel;
    private readonly long[] _strides;
    private readonly long[] _dilations;
    private readonly long[] _pads;
    private readonly string _autoPad;

    private Windows(Dim[] kernel, long[] strides, long[] dilations, long[] pads, string autoPad)
    {
        _kernel = kernel;
        _strides = strides;
        _dilations = dilations;
        _pads = pads;
        _autoPad = autoPad;
    }

    /// <summary>Reads the attributes; null, with a conflict, if their lengths or signs are wrong.</summary>
    /// <param name="s">The node.</param>
    /// <param name="kernel">Sizes of the kernel.</param>
    public static Windows? Read(NodeShapes s, Dim[] kernel)
    {
        var rank = kernel.Length;
        var strides = s.Attributes.Ints("strides") ?? [.. Enumerable.Repeat(1L, rank)];
        var dilations = s.Attributes.Ints("dilations") ?? [.. Enumerable.Repeat(1L, rank)];
        var pads = s.Attributes.Ints("pads") ?? new long[2 * rank];
        if (strides.Length != rank || dilations.Length != rank || pads.Length != 2 * rank)
        {
            s.Conflict($"strides, dilations or pads are not those of {rank} spatial axes");
            return null;
        }
        if (strides.Any(stride => stride <= 0) || dilations.Any(dilation => dilation <= 0) || kernel.Any(size => size.Size <= 0))
        {
            s.Conflict("strides, dilations and kernel sizes must be positive");
            return null;
        }
        return new Windows(kernel, strides, dilations, pads, s.Attributes.String("auto_pad", "NOTSET"));
    }

    /// <summary>Number of positions of the window along an axis.</summary>
    /// <param name="s">The node.</param>
    /// <param name="axis">Spatial axis.</param>
    /// <param name="size">Size of the input along it.</param>
    /// <param name="ceiling">Whether a window that sticks out at the end counts.</param>
    public Dim Positions(NodeShapes s, int axis, Dim size, bool ceiling = false)
    {
        var stride = _strides[axis];
        if (_autoPad is "SAME_UPPER" or "SAME_LOWER") return Dim.CeilingDivide(size, stride);
        var extent = Extent(axis);
        var begin = _autoPad == "VALID" ? 0 : _pads[axis];
        var room = size - extent + begin + (_autoPad == "VALID" ? 0 : _pads[axis + _kernel.Length]);
        if (room.Size < 0 && size.Size is > 0)
        {
            s.Conflict($"a window of {extent} does not fit into size {size} with padding {begin} and {_pads[axis + _kernel.Length]}", size, extent);
            return Dim.Unknown;
        }
        if (!ceiling) return Dim.FloorDivide(room, stride) + 1;
        // The last window must start inside the input or its padding at the front.
        return Dim.Min(Dim.CeilingDivide(room, stride) + 1, Dim.FloorDivide(size + begin - 1, stride) + 1);
    }

    /// <summary>Size that a transposed convolution spreads an axis to.</summary>
    /// <param name="axis">Spatial axis.</param>
    /// <param name="size">Size of the input along it.</param>
    /// <param name="outputPadding">What is added at the end.</param>
    public Dim Spread(int axis, Dim size, long outputPadding)
    {
        if (_autoPad is "SAME_UPPER" or "SAME_LOWER") return size * _strides[axis];
        var full = ((size - 1) * _strides[axis]) + outputPadding + Extent(axis);
        return _autoPad == "VALID" ? full : full - _pads[axis] - _pads[axis + _kernel.Length];
    }

    private Dim Extent(int axis) => ((_kernel[axis] - 1) * _dilations[axis]) + 1;
}
