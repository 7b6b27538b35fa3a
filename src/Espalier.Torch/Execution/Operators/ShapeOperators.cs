using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Shapes, indices and conversions.</summary>
internal static class ShapeOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Identity"] = static (in OperatorCall c) => [c[0].alias()];
        table["Shape"] = static (in OperatorCall c) => [tensor(c[0].shape, ScalarType.Int64)];
        table["Gather"] = static (in OperatorCall c) => [Gather(c)];
        table["Range"] = static (in OperatorCall c) => [arange(c[0].item<long>(), c[1].item<long>(), c[2].item<long>(), ScalarType.Int64, c.Device)];
        table["Expand"] = static (in OperatorCall c) => [Expand(c)];
        table["Unsqueeze"] = static (in OperatorCall c) => [Unsqueeze(c)];
        table["Reshape"] = static (in OperatorCall c) => [Reshape(c)];
        table["Cast"] = static (in OperatorCall c) => [c[0].to(TensorInterop.FromOnnx(c.Attributes.Int("to", 1)))];
    }

    private static Tensor Gather(in OperatorCall call)
    {
        var axis = call.Attributes.Int("axis", 0);
        var data = call[0];
        var indices = call[1];
        if (axis < 0) axis += data.dim();
        var flat = data.index_select(axis, indices.reshape(-1));
        return flat.reshape([.. data.shape[..(int)axis], .. indices.shape, .. data.shape[((int)axis + 1)..]]);
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

    private static Tensor Unsqueeze(in OperatorCall call)
    {
        var axes = call.Integers(1);
        var rank = call[0].dim() + axes.Length;
        var result = call[0].alias();
        foreach (var axis in axes.Select(axis => axis < 0 ? axis + rank : axis).Order()) result = result.unsqueeze(axis);
        return result;
    }

    /// <summary>Zero copies the size of the input's axis unless <c>allowzero</c> is set.</summary>
    private static Tensor Reshape(in OperatorCall call)
    {
        var target = call.Integers(1);
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
