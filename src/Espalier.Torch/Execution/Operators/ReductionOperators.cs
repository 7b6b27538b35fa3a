using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Reductions over axes, which are an attribute in older operator sets and an input in newer ones.</summary>
internal static class ReductionOperators
{
    /// <summary>Reduces axes, which may be all and are never none; the result has the input's type.</summary>
    private delegate Tensor Reduction(Tensor x, long[] axes, bool keep);

    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        void Add(string name, Reduction reduction) => table[name] = (in OperatorCall c) => [Reduce(c, reduction)];
        Add("ReduceSum", Sum);
        Add("ReduceMean", Mean);
        Add("ReduceMax", static (x, axes, keep) => Extreme(x, axes, keep, largest: true));
        Add("ReduceMin", static (x, axes, keep) => Extreme(x, axes, keep, largest: false));
        Add("ReduceProd", Product);
        Add("ReduceL1", static (x, axes, keep) => Sum(x.abs(), axes, keep));
        Add("ReduceL2", static (x, axes, keep) => Sum(Wide(x).square(), axes, keep).sqrt().to(x.dtype));
        Add("ReduceSumSquare", static (x, axes, keep) => Sum(x.square(), axes, keep));
        Add("ReduceLogSum", static (x, axes, keep) => Sum(Wide(x), axes, keep).log().to(x.dtype));
        Add("ReduceLogSumExp", static (x, axes, keep) => LogSumExp(Wide(x), axes, keep).to(x.dtype));
    }

    private static Tensor Reduce(in OperatorCall call, Reduction reduction)
    {
        var keep = call.Attributes.Int("keepdims", 1) != 0;
        var axes = Axes.Find(call, 1, "axes") ?? [];
        if (axes.Length == 0)
        {
            // No axis is reduced, but what is done to elements before and after the sum (a square, a logarithm) is done.
            if (call.Attributes.Int("noop_with_empty_axes", 0) != 0) return reduction(call[0].unsqueeze(-1), [-1], false);
            axes = Axes.All(call[0]);
        }
        // A scalar has no axes: an axis of size one stands in.
        if (call[0].dim() == 0) return reduction(call[0].reshape(1), [0], false);
        return reduction(call[0], axes, keep);
    }

    private static Tensor Wide(Tensor x) => x.is_floating_point() ? x : x.to(ScalarType.Float64);

    private static Tensor Sum(Tensor x, long[] axes, bool keep) => x.sum(axes, keep, x.dtype);

    private static Tensor Mean(Tensor x, long[] axes, bool keep)
    {
        if (x.is_floating_point()) return x.mean(axes, keep);
        var rank = x.dim();
        var shape = x.shape;
        var count = Axes.Product([.. axes.Select(axis => shape[Axes.Normalize(axis, rank)])]);
        return x.sum(axes, keep, ScalarType.Int64).div(tensor(count).to(x.device), RoundingMode.trunc).to(x.dtype);
    }

    /// <summary>Over no elements the maximum is the least number of the type, and the minimum the largest.</summary>
    private static Tensor Extreme(Tensor x, long[] axes, bool keep, bool largest)
    {
        if (x.numel() > 0) return largest ? x.amax(axes, keep) : x.amin(axes, keep);
        var shape = zeros(x.shape, ScalarType.Float32, x.device).sum(axes, keep).shape;
        return x.dtype switch
        {
            ScalarType.Float32 or ScalarType.Float64 => full(shape, largest ? double.NegativeInfinity : double.PositiveInfinity, x.dtype, x.device),
            ScalarType.Bool => full(shape, !largest, x.dtype, x.device),
            ScalarType.Byte => full(shape, largest ? byte.MinValue : byte.MaxValue, x.dtype, x.device),
            ScalarType.Int8 => full(shape, largest ? sbyte.MinValue : sbyte.MaxValue, x.dtype, x.device),
            ScalarType.Int32 => full(shape, largest ? int.MinValue : int.MaxValue, x.dtype, x.device),
            _ => full(shape, largest ? long.MinValue : long.MaxValue, x.dtype, x.device),
        };
    }

    private static Tensor Product(Tensor x, long[] axes, bool keep)
    {
        var result = x;
        foreach (var axis in axes.Select(axis => (long)Axes.Normalize(axis, x.dim())).OrderDescending()) result = result.prod(axis, keep, x.dtype);
        return result;
    }

    /// <summary>log sum exp(x), with the largest value taken out so that nothing overflows.</summary>
    private static Tensor LogSumExp(Tensor x, long[] axes, bool keep)
    {
        if (x.numel() == 0) return Sum(x.exp(), axes, keep).log();
        var largest = x.detach().amax(axes, true);
        largest = where(largest.isfinite(), largest, zeros_like(largest));
        var kept = Sum(x.sub(largest).exp(), axes, true).log().add(largest);
        return keep ? kept : kept.reshape(Sum(x.detach(), axes, false).shape);
    }
}
