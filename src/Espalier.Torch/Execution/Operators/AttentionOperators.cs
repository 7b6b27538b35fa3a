using Espalier.Numerics;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Attention and rotary positions as ONNX defines them (opset 23 and 24).</summary>
internal static class AttentionOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["RotaryEmbedding"] = static (in OperatorCall c) => [Rotary(c)];
        table["Attention"] = static (in OperatorCall c) => Attention(c);
    }

    /// <summary>
    /// Input [batch, sequence, heads * dim] (num_heads given) or [batch, heads, sequence, dim]; cos and sin [batch, sequence, r/2]. The first r
    /// components of a head are rotated, component i with i + r/2.
    /// </summary>
    private static Tensor Rotary(in OperatorCall call)
    {
        if (call.Attributes.Int("interleaved", 0) != 0) throw Unsupported(call, "interleaved rotation");
        if (call.Optional(3) is not null) throw Unsupported(call, "rotation tables indexed by position_ids");
        var x = call[0];
        var flat = x.dim() == 3;
        var heads = call.Attributes.Int("num_heads", 0);
        if (flat && call.MayOverwrite(0) && OperatorCall.IsPlain(x) && OperatorCall.IsPlain(call[1]) && OperatorCall.IsPlain(call[2])) return RotateRows(call, x, heads);
        // Work on [batch, sequence, heads, dim] so that the flat form needs no copy.
        var split = flat ? x.reshape(x.shape[0], x.shape[1], heads, -1) : x.transpose(1, 2);
        var cosine = call[1].unsqueeze(2);
        var sine = call[2].unsqueeze(2);
        var half = cosine.shape[3];
        var first = split.narrow(3, 0, half);
        var second = split.narrow(3, half, half);
        var rotatedFirst = first.mul(cosine).sub_(second.mul(sine));
        var rotatedSecond = second.mul(cosine).add_(first.mul(sine));
        var rest = split.shape[3] - (2 * half);
        var rotated = rest == 0 ? cat([rotatedFirst, rotatedSecond], 3) : cat([rotatedFirst, rotatedSecond, split.narrow(3, 2 * half, rest)], 3);
        return flat ? rotated.reshape(x.shape) : rotated.transpose(1, 2);
    }

    /// <summary>The same in place and in one pass over memory, where no gradient is needed.</summary>
    private static unsafe Tensor RotateRows(in OperatorCall call, Tensor x, long heads)
    {
        RowKernels.Rotate((float*)TensorInterop.Address(x), (float*)TensorInterop.Address(call[1]), (float*)TensorInterop.Address(call[2]),
            x.shape[0] * x.shape[1], checked((int)heads), checked((int)(x.shape[2] / heads)), checked((int)call[1].shape[2]), get_num_threads());
        return x;
    }

    /// <summary>
    /// Grouped-query attention. Q, K, V [batch, sequence, heads * dim] or [batch, heads, sequence, dim]; optional mask (Boolean: true is visible;
    /// or additive), past key and value. Outputs: the mixed values in the layout of Q, present key and value.
    /// </summary>
    private static Tensor[] Attention(in OperatorCall call)
    {
        if (call.Attributes.Float("softcap", 0) != 0) throw Unsupported(call, "softcap");
        if (call.Optional(6) is not null) throw Unsupported(call, "nonpad_kv_seqlen");
        if (call.Node.Outputs.Count > 3 && call.Node.Outputs[3] is not null) throw Unsupported(call, "the output of raw scores");
        if (IsRows(call)) return [MixRows(call)];
        var flat = call[0].dim() == 3;
        var query = Heads(call[0], call.Attributes.Int("q_num_heads", 0));
        var key = Heads(call[1], call.Attributes.Int("kv_num_heads", 0));
        var value = Heads(call[2], call.Attributes.Int("kv_num_heads", 0));
        var mask = call.Optional(3);
        if (call.Optional(4) is { } pastKey) key = cat([pastKey, key], 2);
        if (call.Optional(5) is { } pastValue) value = cat([pastValue, value], 2);
        var causal = call.Attributes.Int("is_causal", 0) != 0;
        if (causal && (mask is not null || call.Optional(4) is not null)) throw Unsupported(call, "is_causal together with a mask or a past");
        var groups = query.shape[1] / key.shape[1];
        // The library's kernel scales by 1/sqrt(dim); another scale goes into the query.
        var scale = call.Attributes.Float("scale", 0);
        if (scale != 0) query = query.mul(scale * (float)Math.Sqrt(query.shape[3]));
        var mixed = Mix(query, key, value, mask, causal, groups);
        if (flat) mixed = mixed.transpose(1, 2).reshape(call[0].shape[0], call[0].shape[1], -1);
        return call.Node.Outputs.Count == 1 ? [mixed] : [mixed, key.contiguous(), value.contiguous()];
    }

    /// <summary>True if our own kernel can do it: flat layout, no mask but the causal one, no past, no gradient, and products faster than the library's.</summary>
    private static bool IsRows(in OperatorCall call)
    {
        var (query, key, value) = (call[0], call[1], call[2]);
        if (!Gemm.IsFast || call.Node.Outputs.Count != 1 || query.dim() != 3 || call.Optional(3) is not null || call.Optional(4) is not null || call.Optional(5) is not null) return false;
        if (!OperatorCall.IsPlain(query) || !OperatorCall.IsPlain(key) || !OperatorCall.IsPlain(value)) return false;
        var (heads, kvHeads) = (call.Attributes.Int("q_num_heads", 0), call.Attributes.Int("kv_num_heads", 0));
        return query.shape[1] >= AttentionKernel.HeadMultiple && query.shape[1] == key.shape[1] && query.shape[2] % (heads * AttentionKernel.HeadMultiple) == 0
            && heads % kvHeads == 0 && key.shape[2] * heads == query.shape[2] * kvHeads && value.shape[2] == key.shape[2];
    }

    private static unsafe Tensor MixRows(in OperatorCall call)
    {
        var (query, key, value) = (call[0], call[1], call[2]);
        var (heads, kvHeads) = (call.Attributes.Int("q_num_heads", 0), call.Attributes.Int("kv_num_heads", 0));
        var (length, dim) = (checked((int)query.shape[1]), checked((int)(query.shape[2] / heads)));
        var scale = call.Attributes.Float("scale", 0);
        var shape = new AttentionShape(length, length, checked((int)heads), checked((int)kvHeads), dim, scale != 0 ? scale : 1 / Math.Sqrt(dim), call.Attributes.Int("is_causal", 0) != 0);
        var mixed = empty_like(query);
        for (var i = 0L; i < query.shape[0]; i++)
        {
            AttentionKernel.Mix((float*)TensorInterop.Address(query) + (i * length * query.shape[2]), (float*)TensorInterop.Address(key) + (i * length * key.shape[2]),
                (float*)TensorInterop.Address(value) + (i * length * value.shape[2]), (float*)TensorInterop.Address(mixed) + (i * length * query.shape[2]), shape, get_num_threads());
        }
        return mixed;
    }

    private static Tensor Heads(Tensor x, long heads) => x.dim() == 4 ? x : x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2);

    /// <summary>
    /// Each key/value head serves <paramref name="groups"/> query heads in a row. Key/value heads become batches and their queries the heads, so that
    /// keys and values are shared by stride instead of copied.
    /// </summary>
    private static Tensor Mix(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal, long groups)
    {
        if (groups == 1) return nn.functional.scaled_dot_product_attention(query, key, value, mask, is_casual: causal);
        var (batch, heads, length, dim) = (query.shape[0], query.shape[1], query.shape[2], query.shape[3]);
        var kvHeads = heads / groups;
        Tensor Shared(Tensor x) => x.reshape(batch * kvHeads, 1, x.shape[2], x.shape[3]).expand(batch * kvHeads, groups, x.shape[2], x.shape[3]);
        var grouped = query.reshape(batch * kvHeads, groups, length, dim);
        return nn.functional.scaled_dot_product_attention(grouped, Shared(key), Shared(value), Grouped(mask, batch, kvHeads, groups), is_casual: causal)
            .reshape(batch, heads, length, -1);
    }

    /// <summary>A mask [batch or 1, heads or 1, queries, keys] for heads split into batches.</summary>
    private static Tensor? Grouped(Tensor? mask, long batch, long kvHeads, long groups)
    {
        if (mask is null || mask.dim() < 3) return mask;
        var full = mask.dim() == 3 ? mask.unsqueeze(0) : mask;
        var perHead = full.shape[1] > 1;
        if (!perHead && full.shape[0] == 1) return full;
        var spread = full.expand(batch, perHead ? kvHeads * groups : kvHeads, full.shape[2], full.shape[3]);
        return spread.reshape(batch * kvHeads, perHead ? groups : 1, full.shape[2], full.shape[3]);
    }

    private static EspalierException Unsupported(in OperatorCall call, string what) =>
        new($"{call.Node.OpType} with {what} cannot be executed", $"node '{call.Node.Name}'");
}
