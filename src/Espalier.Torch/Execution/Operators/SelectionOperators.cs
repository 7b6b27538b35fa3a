using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Positions of extremes, largest elements, running sums, distinct elements.</summary>
internal static class SelectionOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["ArgMax"] = static (in OperatorCall c) => [Position(c, static (x, axis) => x.argmax(axis, true))];
        table["ArgMin"] = static (in OperatorCall c) => [Position(c, static (x, axis) => x.argmin(axis, true))];
        table["TopK"] = static (in OperatorCall c) => TopK(c);
        table["CumSum"] = static (in OperatorCall c) => [Cumulative(c, 0, static (x, axis) => x.cumsum(axis, x.dtype))];
        table["CumProd"] = static (in OperatorCall c) => [Cumulative(c, 1, static (x, axis) => x.cumprod(axis, x.dtype))];
        table["Unique"] = static (in OperatorCall c) => Unique(c);
    }

    private static Tensor Position(in OperatorCall call, Func<Tensor, long, Tensor> find)
    {
        var x = call[0];
        if (x.dim() == 0) return zeros([], ScalarType.Int64, call.Device);
        var axis = Axes.Normalize(call.Attributes.Int("axis", 0), x.dim());
        var last = call.Attributes.Int("select_last_index", 0) != 0;
        var position = last ? find(x.flip([axis]), axis).neg().add(x.shape[axis] - 1) : find(x, axis);
        return call.Attributes.Int("keepdims", 1) != 0 ? position : position.squeeze(axis);
    }

    /// <summary>Of equal elements the one with the lower index comes first: a stable sort, which a selection is not. Unsorted output is sorted too.</summary>
    private static Tensor[] TopK(in OperatorCall call)
    {
        var x = call[0];
        var k = call.Optional(1) is null ? call.Attributes.Int("k", 0) : call.Integers(1)[0];
        var axis = Axes.Normalize(call.Attributes.Int("axis", -1), x.dim());
        var (values, indices) = x.sort(axis, call.Attributes.Int("largest", 1) != 0, stable: true);
        return [values.narrow(axis, 0, k), indices.narrow(axis, 0, k)];
    }

    /// <summary>Running sums or products. <paramref name="neutral"/> stands before the first element of an exclusive one.</summary>
    private static Tensor Cumulative(in OperatorCall call, int neutral, Func<Tensor, long, Tensor> accumulate)
    {
        var x = call[0];
        var exclusive = call.Attributes.Int("exclusive", 0) != 0;
        if (x.dim() == 0) return exclusive ? full_like(x, neutral) : x.alias();
        var axis = Axes.Normalize(call.Integers(1)[0], x.dim());
        var reverse = call.Attributes.Int("reverse", 0) != 0;
        if (reverse) x = x.flip([axis]);
        var size = x.shape[axis];
        // Shifted rather than subtracted: the sum of what stands before must not lose digits to the element itself.
        if (exclusive && size > 0) x = cat([full_like(x.narrow(axis, 0, 1), neutral), x.narrow(axis, 0, size - 1)], axis);
        var result = accumulate(x, axis);
        return reverse ? result.flip([axis]) : result;
    }

    /// <summary>Outputs: distinct elements (or slices along an axis), where each appears first, which one each element is, how often each appears.</summary>
    private static Tensor[] Unique(in OperatorCall call)
    {
        var alongAxis = call.Attributes.Contains("axis");
        var axis = alongAxis ? Axes.Normalize(call.Attributes.Int("axis", 0), call[0].dim()) : 0;
        var x = alongAxis ? call[0] : call[0].reshape(-1);
        var (values, inverseOrNull, countsOrNull) = x.unique(sorted: true, return_inverse: true, return_counts: true, dim: axis);
        var (inverse, counts) = (inverseOrNull!.reshape(-1), countsOrNull!);
        var found = inverse.cpu().data<long>().ToArray();
        var first = new long[counts.numel()];
        for (var i = found.Length - 1; i >= 0; i--) first[found[i]] = i;
        if (call.Attributes.Int("sorted", 1) == 0)
        {
            var order = Enumerable.Range(0, first.Length).Select(i => (long)i).OrderBy(i => first[i]).ToArray();
            var rank = new long[order.Length];
            for (var i = 0; i < order.Length; i++) rank[order[i]] = i;
            var permutation = tensor(order, ScalarType.Int64).to(call.Device);
            values = values.index_select(axis, permutation);
            counts = counts.index_select(0, permutation);
            inverse = tensor(rank, ScalarType.Int64).to(call.Device).index_select(0, inverse);
            first = [.. order.Select(i => first[i])];
        }
        return [values, tensor(first, ScalarType.Int64).to(call.Device), inverse, counts];
    }
}
