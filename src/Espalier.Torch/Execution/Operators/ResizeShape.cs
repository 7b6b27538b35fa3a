namespace Espalier.Torch.Execution.Operators;

/// <summary>Sizes, scales and the region of a Resize or Upsample node, for all axes.</summary>
internal sealed class ResizeShape
{
    private ResizeShape(long[] input)
    {
        Input = input;
        Output = [.. input];
        Scales = [.. Enumerable.Repeat(1f, input.Length)];
        Resized = new bool[input.Length];
        RegionStart = new float[input.Length];
        RegionEnd = [.. Enumerable.Repeat(1f, input.Length)];
    }

    /// <summary>Sizes before.</summary>
    public long[] Input { get; }

    /// <summary>Sizes after.</summary>
    public long[] Output { get; }

    /// <summary>Size after by size before, as given or as it follows from the sizes.</summary>
    public float[] Scales { get; }

    /// <summary>Axes that the node names.</summary>
    public bool[] Resized { get; }

    /// <summary>Start of the region of interest, as a part of the axis.</summary>
    public float[] RegionStart { get; }

    /// <summary>End of the region of interest.</summary>
    public float[] RegionEnd { get; }

    /// <summary>Reads attributes and inputs by the operator set of the node.</summary>
    public static ResizeShape Of(in OperatorCall call, long[] input)
    {
        var version = call.Node.OpsetVersion;
        var shape = new ResizeShape(input);
        var axes = call.Attributes.Ints("axes") is { } given ? [.. given.Select(axis => (int)(axis < 0 ? axis + input.Length : axis))] : Enumerable.Range(0, input.Length).ToArray();
        foreach (var axis in axes) shape.Resized[axis] = true;
        if (call.Node.OpType == "Upsample")
        {
            shape.Scale(call, axes, version < 9 ? UpsampleScales(call) : Floats(call, 1));
            return shape;
        }
        if (version < 11)
        {
            shape.Scale(call, axes, Floats(call, 1));
            return shape;
        }
        if (call.Attributes.String("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize") shape.Region(call, axes);
        if (call.Optional(3) is { } sizes && sizes.numel() > 0) shape.Fit(call, axes, call.Integers(3));
        else shape.Scale(call, axes, Floats(call, 2));
        return shape;
    }

    private void Scale(in OperatorCall call, int[] axes, float[] scales)
    {
        Check(call, "scales", axes.Length, scales.Length);
        for (var i = 0; i < axes.Length; i++)
        {
            if (!(scales[i] > 0)) throw new EspalierException($"the scale of axis {axes[i]} is {scales[i]}", $"node '{call.Node.Name}'");
            Scales[axes[i]] = scales[i];
            Output[axes[i]] = (long)MathF.Floor(Input[axes[i]] * scales[i]);
        }
    }

    /// <summary>Sizes as given, or, to keep the aspect ratio, one scale for all axes that makes none larger, or none smaller, than given.</summary>
    private void Fit(in OperatorCall call, int[] axes, long[] sizes)
    {
        Check(call, "sizes", axes.Length, sizes.Length);
        var policy = call.Node.OpsetVersion < 18 ? "stretch" : call.Attributes.String("keep_aspect_ratio_policy", "stretch");
        var scales = axes.Select((axis, i) => sizes[i] / (float)Input[axis]).ToArray();
        if (policy is not ("stretch" or "not_larger" or "not_smaller")) throw call.Unsupported($"keep_aspect_ratio_policy '{policy}'");
        for (var i = 0; i < axes.Length; i++)
        {
            var scale = policy == "stretch" ? scales[i] : policy == "not_larger" ? scales.Min() : scales.Max();
            Scales[axes[i]] = scale;
            Output[axes[i]] = policy == "stretch" ? sizes[i] : (long)MathF.Round(scale * Input[axes[i]], MidpointRounding.AwayFromZero);
        }
    }

    private void Region(in OperatorCall call, int[] axes)
    {
        var region = Floats(call, 1);
        Check(call, "the region of interest", 2 * axes.Length, region.Length);
        for (var i = 0; i < axes.Length; i++) (RegionStart[axes[i]], RegionEnd[axes[i]]) = (region[i], region[i + axes.Length]);
    }

    private static float[] UpsampleScales(in OperatorCall call)
    {
        if (call.Attributes.Floats("scales") is { } scales) return scales;
        return [1, 1, call.Attributes.Float("height_scale", 1), call.Attributes.Float("width_scale", 1)];
    }

    private static float[] Floats(in OperatorCall call, int index) => call[index].to(TorchSharp.torch.ScalarType.Float32).cpu().contiguous().data<float>().ToArray();

    private static void Check(in OperatorCall call, string what, int expected, int found)
    {
        if (expected != found) throw new EspalierException($"{what} of {call.Node.OpType} has {found} entries where {expected} are needed", $"node '{call.Node.Name}'");
    }
}
