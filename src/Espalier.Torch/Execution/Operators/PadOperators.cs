using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Padding in all modes; negative amounts cut.</summary>
internal static class PadOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Pad"] = static (in OperatorCall c) => [Pad(c)];
    }

    /// <summary>Amounts and value are attributes before operator set 11 (in set 1 the amounts are called paddings), inputs since; axes are an input since 18.</summary>
    private static Tensor Pad(in OperatorCall call)
    {
        var x = call[0];
        var rank = (int)x.dim();
        var attributes = call.Node.OpsetVersion < 11;
        var amounts = attributes ? call.Attributes.Ints("pads") ?? call.Attributes.Ints("paddings") : call.Integers(1);
        var axes = call.Optional(3) is null ? Enumerable.Range(0, rank).ToArray() : [.. call.Integers(3).Select(axis => (int)(axis < 0 ? axis + rank : axis))];
        if (amounts is null || amounts.Length != 2 * axes.Length)
            throw new EspalierException($"Pad has {amounts?.Length ?? 0} amounts for {axes.Length} axes", $"node '{call.Node.Name}'");
        var mode = call.Attributes.String("mode", "constant");
        if (mode == "constant")
        {
            var pairs = new long[2 * rank];
            for (var i = 0; i < axes.Length; i++)
            {
                // libtorch wants pairs from the last axis on.
                pairs[2 * (rank - 1 - axes[i])] = amounts[i];
                pairs[(2 * (rank - 1 - axes[i])) + 1] = amounts[i + axes.Length];
            }
            var value = attributes ? call.Attributes.Float("value", 0) : call.Optional(2) is { } given && given.numel() > 0 ? given.to(ScalarType.Float64).item<double>() : 0;
            return nn.functional.pad(x, pairs, TorchSharp.PaddingModes.Constant, value);
        }
        var y = x;
        for (var i = 0; i < axes.Length; i++)
        {
            var (begin, end) = (amounts[i], amounts[i + axes.Length]);
            if (begin == 0 && end == 0) continue;
            y = y.index_select(axes[i], tensor(Places(call, mode, x.shape[axes[i]], begin, end), ScalarType.Int64, x.device));
        }
        return ReferenceEquals(y, x) ? x.alias() : y;
    }

    /// <summary>The place on the old axis of every place on the new one. What is cut is cut first, so that modes see the edge that remains.</summary>
    private static long[] Places(in OperatorCall call, string mode, long size, long begin, long end)
    {
        var cut = Math.Max(0, -begin);
        var left = size - cut - Math.Max(0, -end);
        var places = new long[Math.Max(0, size + begin + end)];
        if (left <= 0 && places.Length > 0) throw call.Unsupported($"mode '{mode}' on an axis of which nothing remains");
        for (var o = 0; o < places.Length; o++)
        {
            var i = o - Math.Max(0, begin);
            places[o] = cut + mode switch
            {
                "edge" => Math.Clamp(i, 0, left - 1),
                "reflect" => Reflect(i, left),
                "wrap" => ((i % left) + left) % left,
                _ => throw call.Unsupported($"mode '{mode}'"),
            };
        }
        return places;
    }

    /// <summary>Mirrors at the first and the last cell, which are not repeated, as often as needed.</summary>
    private static long Reflect(long i, long size)
    {
        if (size == 1) return 0;
        var period = 2 * (size - 1);
        var phase = ((i % period) + period) % period;
        return phase < size ? phase : period - phase;
    }
}
