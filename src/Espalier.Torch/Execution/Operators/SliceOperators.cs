using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Cutting tensors into pieces and joining them.</summary>
internal static class SliceOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        // Of one tensor the join would be that tensor itself, whose memory must not be shared.
        table["Concat"] = static (in OperatorCall c) => [c.Inputs.Length == 1 ? c[0].clone() : cat([.. c.Inputs.OfType<Tensor>()], c.Attributes.Int("axis", 1))];
        table["Split"] = static (in OperatorCall c) => Split(c);
        table["Slice"] = static (in OperatorCall c) => [Slice(c)];
        table["Trilu"] = static (in OperatorCall c) => [Triangle(c)];
        table["Compress"] = static (in OperatorCall c) => [Compress(c)];
        table["ReverseSequence"] = static (in OperatorCall c) => [ReverseSequence(c)];
    }

    /// <summary>Given sizes, or as many equal parts as outputs; of <c>num_outputs</c> parts the last may be smaller. The parts are views.</summary>
    private static Tensor[] Split(in OperatorCall call)
    {
        var x = call[0];
        var axis = Axes.Normalize(call.Attributes.Int("axis", 0), x.dim());
        var parts = new Tensor[call.Node.Outputs.Count];
        var sizes = Axes.Find(call, 1, "split");
        if (sizes is null)
        {
            var size = (x.shape[axis] + parts.Length - 1) / parts.Length;
            sizes = [.. Enumerable.Range(0, parts.Length).Select(i => Math.Clamp(x.shape[axis] - (i * size), 0, size))];
        }
        if (sizes.Length != parts.Length || sizes.Sum() != x.shape[axis])
            throw new EspalierException($"Split into {string.Join(" + ", sizes)} does not fit {parts.Length} outputs of an axis of size {x.shape[axis]}", $"node '{call.Node.Name}'");
        var start = 0L;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = x.narrow(axis, start, sizes[i]);
            start += sizes[i];
        }
        return parts;
    }

    /// <summary>Starts, ends, axes and steps are inputs since operator set 10. Bounds beyond the axis end at it, as in NumPy.</summary>
    private static Tensor Slice(in OperatorCall call)
    {
        var starts = Axes.Find(call, 1, "starts") ?? throw new EspalierException("Slice has no starts", $"node '{call.Node.Name}'");
        var ends = Axes.Find(call, 2, "ends") ?? throw new EspalierException("Slice has no ends", $"node '{call.Node.Name}'");
        var axes = Axes.Find(call, 3, "axes");
        var steps = call.Optional(4) is null ? null : call.Integers(4);
        var result = call[0].alias();
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = Axes.Normalize(axes is null ? i : axes[i], result.dim());
            result = Along(result, axis, starts[i], ends[i], steps is null ? 1 : steps[i]);
        }
        return result;
    }

    private static Tensor Along(Tensor x, int axis, long start, long end, long step)
    {
        var size = x.shape[axis];
        if (start < 0) start += size;
        if (end < 0) end += size;
        if (step > 0)
        {
            start = Math.Clamp(start, 0, size);
            return x.slice(axis, start, Math.Max(start, Math.Clamp(end, 0, size)), step);
        }
        start = Math.Clamp(start, -1, size - 1);
        end = Math.Clamp(end, -1, size - 1);
        var indices = start > end ? arange(start, end, step, ScalarType.Int64, x.device) : empty(0, ScalarType.Int64, x.device);
        return x.index_select(axis, indices);
    }

    private static Tensor Triangle(in OperatorCall call)
    {
        var diagonal = call.Optional(1) is null ? 0 : call.Integers(1)[0];
        return call.Attributes.Int("upper", 1) != 0 ? call[0].triu(diagonal) : call[0].tril(diagonal);
    }

    /// <summary>The slices (or, without an axis, the elements) for which the condition holds; the condition may be shorter than the axis.</summary>
    private static Tensor Compress(in OperatorCall call)
    {
        var chosen = call[1].nonzero().reshape(-1);
        return call.Attributes.Contains("axis") ? call[0].index_select(Axes.Normalize(call.Attributes.Int("axis", 0), call[0].dim()), chosen) : call[0].reshape(-1).index_select(0, chosen);
    }

    /// <summary>Reverses the first elements of each batch entry along the time axis; the rest stays.</summary>
    private static Tensor ReverseSequence(in OperatorCall call)
    {
        var batchAxis = Axes.Normalize(call.Attributes.Int("batch_axis", 1), call[0].dim());
        var timeAxis = Axes.Normalize(call.Attributes.Int("time_axis", 0), call[0].dim());
        return Reverse(call[0], call[1], timeAxis, batchAxis);
    }

    /// <summary>Reverses the first <paramref name="lengths"/> elements along the time axis for every entry of the batch axis.</summary>
    public static Tensor Reverse(Tensor x, Tensor lengths, int timeAxis, int batchAxis)
    {
        var rank = (int)x.dim();
        var time = Axes.Along(arange(x.shape[timeAxis], ScalarType.Int64, x.device), timeAxis, rank);
        var length = Axes.Along(lengths.to(ScalarType.Int64), batchAxis, rank);
        var source = where(time.lt(length), length.sub(1).sub(time), time);
        return x.gather(timeAxis, source.expand(x.shape));
    }
}
