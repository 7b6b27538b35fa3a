using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Tensors made from attributes, shapes, or positions of other elements.</summary>
internal static class CreationOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Constant"] = static (in OperatorCall c) => [Constant(c)];
        table["ConstantOfShape"] = static (in OperatorCall c) => [Filled(c)];
        table["Range"] = static (in OperatorCall c) => [Range(c)];
        table["EyeLike"] = static (in OperatorCall c) => [Diagonal(c)];
        table["OneHot"] = static (in OperatorCall c) => [OneHot(c)];
        table["NonZero"] = static (in OperatorCall c) => [NonZero(c)];
    }

    private static Tensor Constant(in OperatorCall call)
    {
        var attributes = call.Attributes;
        if (attributes.Contains("value")) return TensorInterop.ToTensor(attributes.Tensor("value")!, call.Device);
        if (attributes.Contains("value_float")) return tensor(attributes.Float("value_float", 0)).to(call.Device);
        if (attributes.Contains("value_int")) return tensor(attributes.Int("value_int", 0), ScalarType.Int64).to(call.Device);
        if (attributes.Floats("value_floats") is { } numbers) return tensor(numbers, ScalarType.Float32).to(call.Device);
        if (attributes.Ints("value_ints") is { } integers) return tensor(integers, ScalarType.Int64).to(call.Device);
        throw new EspalierException($"a constant given by {string.Join(", ", attributes.Select(static pair => pair.Key).DefaultIfEmpty("nothing"))} cannot be used in computations", $"node '{call.Node.Name}'");
    }

    private static Tensor Filled(in OperatorCall call)
    {
        var shape = call.Integers(0);
        if (call.Attributes.Tensor("value") is not { } value) return zeros(shape, ScalarType.Float32, call.Device);
        return TensorInterop.ToTensor(value, call.Device).reshape([]).expand(shape).contiguous().clone();
    }

    /// <summary>start + i * delta while below the limit (above it for a negative delta), in the type of the inputs.</summary>
    private static Tensor Range(in OperatorCall call)
    {
        if (!call[0].is_floating_point())
        {
            var (start, limit, delta) = (call.Integers(0)[0], call.Integers(1)[0], call.Integers(2)[0]);
            var empty = delta > 0 ? start >= limit : start <= limit;
            return empty ? zeros(0, call[0].dtype, call.Device) : arange(start, limit, delta, ScalarType.Int64, call.Device).to(call[0].dtype);
        }
        double Number(Tensor scalar) => scalar.to(ScalarType.Float64).cpu().item<double>();
        var first = Number(call[0]);
        var step = Number(call[2]);
        var count = Math.Max(0, (long)Math.Ceiling((Number(call[1]) - first) / step));
        return arange(count, ScalarType.Float64, call.Device).mul(step).add(first).to(call[0].dtype);
    }

    private static Tensor Diagonal(in OperatorCall call)
    {
        var shape = call[0].shape;
        var rows = arange(shape[0], ScalarType.Int64, call.Device).add(call.Attributes.Int("k", 0)).unsqueeze(1);
        var ones = rows.eq(arange(shape[1], ScalarType.Int64, call.Device).unsqueeze(0));
        return ones.to(call.Attributes.Contains("dtype") ? TensorInterop.FromOnnx(call.Attributes.Int("dtype", 1)) : call[0].dtype);
    }

    /// <summary>An axis of size <c>depth</c> that holds the second value at the index and the first elsewhere; everywhere, if the index is outside.</summary>
    private static Tensor OneHot(in OperatorCall call)
    {
        var depth = call.Integers(1)[0];
        var indices = Axes.Indices(call[0], depth);
        var axis = Axes.Normalize(call.Attributes.Int("axis", -1), indices.dim() + 1);
        var classes = Axes.Along(arange(depth, ScalarType.Int64, call.Device), axis, (int)indices.dim() + 1);
        return where(indices.unsqueeze(axis).eq(classes), call[2].select(0, 1), call[2].select(0, 0));
    }

    /// <summary>Positions [axes, elements] in row-major order. A scalar counts as one axis.</summary>
    private static Tensor NonZero(in OperatorCall call) => (call[0].dim() == 0 ? call[0].reshape(1) : call[0]).nonzero().t().contiguous();
}
