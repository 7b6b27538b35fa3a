using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Shapes: reading them, and changing them without moving elements.</summary>
internal static class ShapeOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Identity"] = static (in OperatorCall c) => [c[0].alias()];
        table["Shape"] = static (in OperatorCall c) => [Shape(c)];
        table["Size"] = static (in OperatorCall c) => [tensor(c[0].numel(), ScalarType.Int64)];
        table["Expand"] = static (in OperatorCall c) => [Expand(c)];
        table["Tile"] = static (in OperatorCall c) => [Tile(c)];
        table["Squeeze"] = static (in OperatorCall c) => [Squeeze(c)];
        table["Unsqueeze"] = static (in OperatorCall c) => [Unsqueeze(c)];
        table["Flatten"] = static (in OperatorCall c) => [Flatten(c)];
        table["Reshape"] = static (in OperatorCall c) => [Reshape(c)];
    }

    private static Tensor Shape(in OperatorCall call)
    {
        var shape = call[0].shape;
        int Bound(long axis) => (int)Math.Clamp(axis < 0 ? axis + shape.Length : axis, 0, shape.Length);
        var start = Bound(call.Attributes.Int("start", 0));
        var end = Bound(call.Attributes.Int("end", shape.Length));
        return tensor(start < end ? shape[start..end] : [], ScalarType.Int64);
    }

    /// <summary>Broadcasts in both directions, as ONNX does.</summary>
    private static Tensor Expand(in OperatorCall call)
    {
        var target = call.Integers(1);
        var shape = call[0].shape;
        var rank = Math.Max(target.Length, shape.Length);
        var result = new long[rank];
        for (var i = 0; i < rank; i++)
        {
            var wanted = i < rank - target.Length ? 1 : target[i - rank + target.Length];
            var own = i < rank - shape.Length ? 1 : shape[i - rank + shape.Length];
            result[i] = wanted == 1 ? own : wanted;
        }
        return call[0].expand(result);
    }

    /// <summary>Before operator set 6 one axis was repeated, a number of times.</summary>
    private static Tensor Tile(in OperatorCall call)
    {
        var x = call[0];
        if (call.Node.OpsetVersion >= 6) return x.repeat(call.Integers(1));
        var repeats = new long[x.dim()];
        Array.Fill(repeats, 1);
        repeats[Axes.Normalize(call.Integers(2)[0], x.dim())] = call.Integers(1)[0];
        return x.repeat(repeats);
    }

    private static Tensor Squeeze(in OperatorCall call)
    {
        var x = call[0];
        if (Axes.Find(call, 1, "axes") is not { } axes) return x.reshape([.. x.shape.Where(size => size != 1)]);
        var result = x.alias();
        foreach (var axis in axes.Select(axis => Axes.Normalize(axis, x.dim())).OrderDescending())
        {
            if (x.shape[axis] != 1) throw new EspalierException($"Squeeze takes axis {axis} away, which has size {x.shape[axis]}", $"node '{call.Node.Name}'");
            result = result.squeeze(axis);
        }
        return result;
    }

    private static Tensor Unsqueeze(in OperatorCall call)
    {
        var axes = Axes.Find(call, 1, "axes") ?? throw new EspalierException("Unsqueeze has no axes", $"node '{call.Node.Name}'");
        var rank = call[0].dim() + axes.Length;
        var result = call[0].alias();
        foreach (var axis in axes.Select(axis => Axes.Normalize(axis, rank)).Order()) result = result.unsqueeze(axis);
        return result;
    }

    private static Tensor Flatten(in OperatorCall call)
    {
        var shape = call[0].shape;
        var axis = Axes.Normalize(call.Attributes.Int("axis", 1), shape.Length);
        return call[0].reshape(Axes.Product(shape.AsSpan(0, axis)), Axes.Product(shape.AsSpan(axis)));
    }

    /// <summary>Zero copies the size of the input's axis unless <c>allowzero</c> is set. Before operator set 5 the shape was an attribute.</summary>
    private static Tensor Reshape(in OperatorCall call)
    {
        var target = (Axes.Find(call, 1, "shape") ?? throw new EspalierException("Reshape has no shape", $"node '{call.Node.Name}'")).AsSpan().ToArray();
        if (call.Attributes.Int("allowzero", 0) == 0)
        {
            for (var i = 0; i < target.Length; i++)
            {
                if (target[i] == 0) target[i] = call[0].shape[i];
            }
        }
        return call[0].reshape(target);
    }
}
