using Espalier.Numerics;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Normalisations.</summary>
internal static class NormalizationOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["RMSNormalization"] = static (in OperatorCall c) => [Rms(c)];
    }

    /// <summary>x / sqrt(mean(x^2) + epsilon) * scale over the axes from <c>axis</c> on.</summary>
    private static Tensor Rms(in OperatorCall call)
    {
        var x = call[0];
        var axis = call.Attributes.Int("axis", -1);
        if (axis < 0) axis += x.dim();
        if (axis == x.dim() - 1 && OperatorCall.IsPlain(x) && OperatorCall.IsPlain(call[1]) && call[1].numel() == x.shape[^1]) return RmsRows(call, x);
        var axes = Enumerable.Range((int)axis, (int)(x.dim() - axis)).Select(i => (long)i).ToArray();
        var inverse = x.mul(x).mean(axes, keepdim: true).add_(call.Attributes.Float("epsilon", 1e-5f)).rsqrt_();
        return x.mul(inverse).mul(call[1]);
    }

    /// <summary>The same in one pass over memory, where no gradient is needed.</summary>
    private static unsafe Tensor RmsRows(in OperatorCall call, Tensor x)
    {
        var width = checked((int)x.shape[^1]);
        var y = call.MayOverwrite(0) ? x : empty_like(x);
        RowKernels.RmsNorm((float*)TensorInterop.Address(x), (float*)TensorInterop.Address(call[1]), (float*)TensorInterop.Address(y), x.numel() / width, width,
            call.Attributes.Float("epsilon", 1e-5f), get_num_threads());
        return y;
    }
}
