using Espalier.Numerics;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Rotary positions as ONNX defines them (opset 23).</summary>
internal static class RotaryOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["RotaryEmbedding"] = static (in OperatorCall c) => [Rotary(c)];
    }

    /// <summary>
    /// Input [batch, sequence, heads * dim] (num_heads given) or [batch, heads, sequence, dim]; cos and sin [batch, sequence, r/2], or
    /// [positions, r/2] with position_ids [batch, sequence]. The first r components of a head are rotated, component i with i + r/2, or 2i with
    /// 2i + 1 if interleaved.
    /// </summary>
    private static Tensor Rotary(in OperatorCall call)
    {
        var (x, cosine, sine) = (call[0], call[1], call[2]);
        if (call.Optional(3) is { } positions)
        {
            var rows = positions.to(ScalarType.Int64).reshape(-1);
            cosine = cosine.index_select(0, rows).reshape([.. positions.shape, cosine.shape[^1]]);
            sine = sine.index_select(0, rows).reshape([.. positions.shape, sine.shape[^1]]);
        }
        var flat = x.dim() == 3;
        var interleaved = call.Attributes.Int("interleaved", 0) != 0;
        var heads = call.Attributes.Int("num_heads", 0);
        if (flat && !interleaved && call.MayOverwrite(0) && OperatorCall.IsPlain(x) && OperatorCall.IsPlain(cosine) && OperatorCall.IsPlain(sine)) return RotateRows(x, cosine, sine, heads);
        // Work on [batch, sequence, heads, dim] so that the flat form needs no copy.
        var split = flat ? x.reshape(x.shape[0], x.shape[1], heads, -1) : x.transpose(1, 2);
        cosine = cosine.unsqueeze(2);
        sine = sine.unsqueeze(2);
        var half = cosine.shape[3];
        var first = interleaved ? split.slice(3, 0, 2 * half, 2) : split.narrow(3, 0, half);
        var second = interleaved ? split.slice(3, 1, 2 * half, 2) : split.narrow(3, half, half);
        var rotatedFirst = first.mul(cosine).sub_(second.mul(sine));
        var rotatedSecond = second.mul(cosine).add_(first.mul(sine));
        var turned = interleaved ? stack([rotatedFirst, rotatedSecond], 4).flatten(3) : cat([rotatedFirst, rotatedSecond], 3);
        var rest = split.shape[3] - (2 * half);
        var rotated = rest == 0 ? turned : cat([turned, split.narrow(3, 2 * half, rest)], 3);
        return flat ? rotated.reshape(x.shape) : rotated.transpose(1, 2);
    }

    /// <summary>The same in place and in one pass over memory, where no gradient is needed.</summary>
    private static unsafe Tensor RotateRows(Tensor x, Tensor cosine, Tensor sine, long heads)
    {
        RowKernels.Rotate((float*)TensorInterop.Address(x), (float*)TensorInterop.Address(cosine), (float*)TensorInterop.Address(sine),
            x.shape[0] * x.shape[1], checked((int)heads), checked((int)(x.shape[2] / heads)), checked((int)cosine.shape[^1]), get_num_threads());
        return x;
    }
}
