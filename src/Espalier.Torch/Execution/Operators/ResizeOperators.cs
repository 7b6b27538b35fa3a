using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Resize (operator sets 10, 11, 13, 18, 19) and its predecessor Upsample (7, 9).</summary>
internal static class ResizeOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Resize"] = static (in OperatorCall c) => [Resize(c)];
        table["Upsample"] = static (in OperatorCall c) => [Resize(c)];
    }

    private static Tensor Resize(in OperatorCall call)
    {
        var x = call[0];
        var method = ResampleMethod.Of(call);
        var shape = ResizeShape.Of(call, x.shape);
        // Before operator set 11 there is one transformation.
        var transformation = call.Node.OpsetVersion < 11 ? "asymmetric" : call.Attributes.String("coordinate_transformation_mode", "half_pixel");
        var y = x.is_floating_point() || method.Nearest is not null ? x : x.to(ScalarType.Float32);
        Tensor? outside = null;
        for (var axis = 0; axis < shape.Output.Length; axis++)
        {
            // ONNX Runtime leaves an axis of scale one alone whatever the transformation; tf_half_pixel_for_nn would shift even batches.
            if (!shape.Resized[axis] || (shape.Scales[axis] == 1 && transformation != "tf_crop_and_resize")) continue;
            var coordinates = Coordinates(call, transformation, shape, axis);
            var resampled = ResampledAxis.Create(method, coordinates, x.shape[axis], shape.Scales[axis]);
            y = resampled.Apply(y, axis);
            if (transformation != "tf_crop_and_resize" || !resampled.Outside.Contains(true)) continue;
            var mask = tensor(resampled.Outside, ScalarType.Bool, x.device).reshape([-1, .. Enumerable.Repeat(1L, shape.Output.Length - 1 - axis)]);
            outside = outside is null ? mask : outside.logical_or(mask);
        }
        if (outside is not null) y = y.masked_fill(outside, call.Attributes.Float("extrapolation_value", 0));
        if (y.dtype != x.dtype) y = y.to(x.dtype);
        return ReferenceEquals(y, x) ? x.alias() : y;
    }

    /// <summary>Where the new positions lie on the old axis, in single precision because the rounding of ties depends on it.</summary>
    private static float[] Coordinates(in OperatorCall call, string transformation, ResizeShape shape, int axis)
    {
        var (input, output, scale) = (shape.Input[axis], shape.Output[axis], shape.Scales[axis]);
        var (start, end) = (shape.RegionStart[axis], shape.RegionEnd[axis]);
        var resized = scale * input;
        Func<long, float> place = transformation switch
        {
            "half_pixel" => o => ((o + 0.5f) / scale) - 0.5f,
            "pytorch_half_pixel" => o => resized > 1 ? ((o + 0.5f) / scale) - 0.5f : 0,
            "tf_half_pixel_for_nn" => o => (o + 0.5f) / scale,
            "asymmetric" => o => o / scale,
            "align_corners" => o => output == 1 ? 0 : (float)o * (input - 1) / (output - 1),
            "tf_crop_and_resize" => o => output > 1 ? (start * (input - 1)) + (o * (end - start) * (input - 1) / (output - 1)) : 0.5f * (start + end) * (input - 1),
            "half_pixel_symmetric" => o => (input / 2f * (1 - (output / resized))) + ((o + 0.5f) / scale) - 0.5f,
            _ => throw call.Unsupported($"coordinate_transformation_mode '{transformation}'"),
        };
        var coordinates = new float[output];
        for (var o = 0; o < output; o++) coordinates[o] = place(o);
        return coordinates;
    }
}
