using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Normalisations without learnt scales.</summary>
internal static class ScalingOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["LRN"] = static (in OperatorCall c) => [LocalResponse(c)];
        table["MeanVarianceNormalization"] = static (in OperatorCall c) => [MeanVariance(c)];
        table["LpNormalization"] = static (in OperatorCall c) => [Lp(c)];
    }

    /// <summary>x / (bias + alpha / size * sum of squares over the <c>size</c> channels around)^beta.</summary>
    private static Tensor LocalResponse(in OperatorCall call)
    {
        var x = call[0];
        var size = call.Attributes.Int("size", 1);
        var before = (size - 1) / 2;
        var rest = new long[x.dim() - 2];
        var squares = SlidingWindow.Pad(x.mul(x), [before, .. rest], [size - 1 - before, .. rest], 0);
        var sum = SlidingWindow.Sum(squares, 1, size, 1, 1, x.shape[1]);
        var norm = sum.mul(call.Attributes.Float("alpha", 1e-4f) / size).add(call.Attributes.Float("bias", 1));
        return x.div(norm.pow(call.Attributes.Float("beta", 0.75f)));
    }

    /// <summary>(x - mean) / (standard deviation + 1e-9) over <c>axes</c>; before operator set 9 over batch and space, and over channels if asked for.</summary>
    private static Tensor MeanVariance(in OperatorCall call)
    {
        var x = call[0];
        var legacy = call.Node.OpsetVersion < 9;
        var across = call.Attributes.Int("across_channels", 0) != 0;
        var axes = legacy ? [.. Enumerable.Range(0, (int)x.dim()).Where(axis => axis != 1 || across).Select(axis => (long)axis)]
            : call.Attributes.Ints("axes") ?? [0, 2, 3];
        var centred = x.sub(x.mean(axes, keepdim: true));
        if (legacy && call.Attributes.Int("normalize_variance", 1) == 0) return centred;
        return centred.div(centred.mul(centred).mean(axes, keepdim: true).sqrt().add(1e-9f));
    }

    /// <summary>x / |x|_p along an axis; zero where the norm is zero.</summary>
    private static Tensor Lp(in OperatorCall call)
    {
        var p = call.Attributes.Int("p", 2);
        if (p is not (1 or 2)) throw call.Unsupported($"p = {p}");
        var axis = call.Attributes.Int("axis", -1);
        var norm = p == 1 ? call[0].abs().sum(axis, keepdim: true) : call[0].norm((int)axis, keepdim: true, 2);
        return call[0].div(norm.masked_fill(norm.eq(0), 1));
    }
}
