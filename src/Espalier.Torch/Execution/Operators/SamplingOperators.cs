using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Samples of a tensor at computed places.</summary>
internal static class SamplingOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["GridSample"] = static (in OperatorCall c) => [GridSample(c)];
        table["RoiAlign"] = static (in OperatorCall c) => [RoiAlign(c)];
    }

    /// <summary>x [n, c, spatial...] at grid [n, out..., axes], whose coordinates (last axis first) go from -1 to 1 over the tensor.</summary>
    private static Tensor GridSample(in OperatorCall call)
    {
        var (x, grid) = (call[0], call[1]);
        var align = call.Attributes.Int("align_corners", 0) != 0;
        var padding = call.Attributes.String("padding_mode", "zeros");
        var edge = padding switch
        {
            "zeros" => GridSamplePaddingMode.Zeros,
            "border" => GridSamplePaddingMode.Border,
            "reflection" => GridSamplePaddingMode.Reflection,
            _ => throw call.Unsupported($"padding_mode '{padding}'"),
        };
        var mode = call.Attributes.String("mode", "linear");
        return mode switch
        {
            "linear" or "bilinear" => nn.functional.grid_sample(x, grid, GridSampleMode.Bilinear, edge, align),
            "nearest" => nn.functional.grid_sample(x, grid, GridSampleMode.Nearest, edge, align),
            "cubic" or "bicubic" when x.dim() == 4 => Cubic(x, grid, padding, align),
            _ => throw call.Unsupported($"mode '{mode}' on a tensor of {x.dim()} axes"),
        };
    }

    /// <summary>Bicubic samples with a = -0.75, which libtorch has but its .NET binding does not reach: sixteen gathered values per sample.</summary>
    private static Tensor Cubic(Tensor x, Tensor grid, string padding, bool align)
    {
        var (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        var flat = x.reshape(n, c, h * w);
        var columns = Taps(grid.select(3, 0), w, padding, align);
        var rows = Taps(grid.select(3, 1), h, padding, align);
        var size = grid.shape[1] * grid.shape[2];
        Tensor? sum = null;
        foreach (var (row, rowWeight) in rows)
        {
            foreach (var (column, columnWeight) in columns)
            {
                var places = row.mul(w).add(column).reshape(n, 1, size).expand(n, c, size);
                var part = flat.gather(2, places).mul(rowWeight.mul(columnWeight).reshape(n, 1, size));
                sum = sum is null ? part : sum.add(part);
            }
        }
        return sum!.reshape(n, c, grid.shape[1], grid.shape[2]);
    }

    /// <summary>The four places along one axis around every coordinate, and their weights; those of places outside are zero if zeros pad.</summary>
    private static (Tensor Place, Tensor Weight)[] Taps(Tensor coordinate, long size, string padding, bool align)
    {
        var x = align ? coordinate.add(1).mul((size - 1) / 2f) : coordinate.add(1).mul(size).sub(1).mul(0.5f);
        var floor = x.detach().floor();
        var t = x.sub(floor);
        var taps = new (Tensor, Tensor)[4];
        for (var i = 0; i < 4; i++)
        {
            const float A = -0.75f;
            // Distances t + 1, t, 1 - t, 2 - t.
            var d = i == 0 ? t.add(1) : i == 1 ? t : i == 2 ? t.neg().add(1) : t.neg().add(2);
            var weight = i is 1 or 2 ? d.mul(A + 2).sub(A + 3).mul(d).mul(d).add(1) : d.sub(5).mul(d).add(8).mul(d).sub(4).mul(A);
            var place = floor.add(i - 1);
            if (padding == "zeros") weight = weight.mul(place.ge(0).logical_and(place.le(size - 1)));
            if (padding == "reflection") place = Reflect(place, align ? 0 : -0.5f, align ? size - 1 : size - 0.5f);
            taps[i] = (place.clamp(0, size - 1).to(ScalarType.Int64), weight);
        }
        return taps;
    }

    /// <summary>Mirrors places into [low, high].</summary>
    private static Tensor Reflect(Tensor place, float low, float high)
    {
        var span = high - low;
        if (span == 0) return zeros_like(place);
        var phase = place.sub(low).abs().remainder(2 * span);
        return phase.minimum(phase.neg().add(2 * span)).add(low);
    }

    /// <summary>
    /// Regions [count, 4] (x1, y1, x2, y2) of x [n, c, h, w], pooled to [count, c, output_height, output_width]: every cell is the mean, or the maximum,
    /// of bilinear samples. A mean is one product with a matrix of weights from the left and one from the right.
    /// </summary>
    private static Tensor RoiAlign(in OperatorCall call)
    {
        var (x, batches) = (call[0], call.Integers(2));
        var mode = call.Attributes.String("mode", "avg");
        if (mode != "avg") throw call.Unsupported($"mode '{mode}'");
        var regions = call[1].detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        var (height, width) = ((int)call.Attributes.Int("output_height", 1), (int)call.Attributes.Int("output_width", 1));
        var sampling = (int)call.Attributes.Int("sampling_ratio", 0);
        var scale = call.Attributes.Float("spatial_scale", 1);
        // Operator set 16 shifts by half a pixel unless told otherwise, and then regions may be smaller than a pixel.
        var shifted = call.Node.OpsetVersion >= 16 && call.Attributes.String("coordinate_transformation_mode", "half_pixel") == "half_pixel";
        if (batches.Length == 0) return empty([0, x.shape[1], height, width], x.dtype, x.device);
        var pooled = new Tensor[batches.Length];
        for (var r = 0; r < pooled.Length; r++)
        {
            var box = regions.AsSpan(4 * r, 4);
            var offset = shifted ? 0.5f : 0;
            var columns = Weights((box[0] * scale) - offset, (box[2] * scale) - offset, x.shape[3], width, sampling, shifted);
            var rows = Weights((box[1] * scale) - offset, (box[3] * scale) - offset, x.shape[2], height, sampling, shifted);
            var left = tensor(rows, [height, x.shape[2]], x.dtype, x.device);
            var right = tensor(columns, [width, x.shape[3]], x.dtype, x.device);
            pooled[r] = left.matmul(x[batches[r]]).matmul(right.t());
        }
        return stack(pooled, 0);
    }

    /// <summary>Weights [cells, size] of the samples of a region along one axis.</summary>
    private static float[] Weights(float start, float end, long size, int cells, int sampling, bool shifted)
    {
        var length = shifted ? end - start : Math.Max(end - start, 1);
        var cell = length / cells;
        var samples = sampling > 0 ? sampling : (int)MathF.Ceiling(length / cells);
        var weights = new float[cells * size];
        for (var i = 0; i < cells; i++)
        {
            for (var s = 0; s < samples; s++)
            {
                var place = start + (i * cell) + ((s + 0.5f) * cell / samples);
                if (place < -1 || place > size) continue;
                place = Math.Clamp(place, 0, size - 1);
                var low = (long)place;
                var high = Math.Min(low + 1, size - 1);
                weights[(i * size) + low] += (1 - (place - low)) / samples;
                weights[(i * size) + high] += (place - low) / samples;
            }
        }
        return weights;
    }
}
