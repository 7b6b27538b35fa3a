using Espalier.Numerics;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Attention as ONNX defines it (opset 23 and 24).</summary>
internal static class AttentionOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Attention"] = static (in OperatorCall c) => Attention(c);
    }

    /// <summary>
    /// Grouped-query attention. Q, K, V [batch, sequence, heads * dim] or [batch, heads, sequence, dim]; optional mask (Boolean: true is visible;
    /// or additive), past key and value, number of valid keys per batch entry. Outputs: the mixed values in the layout of Q, present key and value,
    /// scores at a chosen stage.
    /// </summary>
    private static Tensor[] Attention(in OperatorCall call)
    {
        if (IsRows(call)) return [MixRows(call)];
        var flat = call[0].dim() == 3;
        var query = Heads(call[0], call.Attributes.Int("q_num_heads", 0));
        var key = Heads(call[1], call.Attributes.Int("kv_num_heads", 0));
        var value = Heads(call[2], call.Attributes.Int("kv_num_heads", 0));
        var past = 0L;
        if (call.Optional(4) is { } pastKey)
        {
            past = pastKey.shape[2];
            key = cat([pastKey, key], 2);
        }
        if (call.Optional(5) is { } pastValue) value = cat([pastValue, value], 2);
        var groups = query.shape[1] / key.shape[1];
        var causal = call.Attributes.Int("is_causal", 0) != 0;
        // The library's kernel scales by 1/sqrt(dim); another scale goes into the query.
        var scale = call.Attributes.Float("scale", 0);
        if (scale != 0) query = query.mul(scale * Math.Sqrt(query.shape[3]));
        var softcap = call.Attributes.Float("softcap", 0);
        var wantsScores = call.Node.Outputs.Count > 3 && call.Node.Outputs[3] is not null;
        // The kernel knows causal masks that start at the first key, and no other mask beside one.
        var plainCausal = causal && past == 0 && call.Optional(3) is null && call.Optional(6) is null;
        var mask = plainCausal && softcap == 0 && !wantsScores ? null : AttentionMask.Create(call, query, key.shape[2], causal, past);
        Tensor? scores = null;
        var mixed = softcap != 0 || wantsScores
            ? Composed(call, query, key, value, mask, softcap, groups, out scores)
            : Mix(query, key, value, mask, causal && mask is null, groups);
        if (flat) mixed = mixed.transpose(1, 2).reshape(call[0].shape[0], call[0].shape[1], -1);
        return call.Node.Outputs.Count == 1 ? [mixed] : wantsScores ? [mixed, key.contiguous(), value.contiguous(), scores!] : [mixed, key.contiguous(), value.contiguous()];
    }

    /// <summary>True if our own kernel can do it: flat layout, no mask but the causal one, no past, no gradient, and products faster than the library's.</summary>
    private static bool IsRows(in OperatorCall call)
    {
        var (query, key, value) = (call[0], call[1], call[2]);
        if (!Gemm.IsFast || call.Attributes.Float("softcap", 0) != 0 || call.Optional(6) is not null || call.Node.Outputs.Count != 1 || query.dim() != 3 || call.Optional(3) is not null || call.Optional(4) is not null || call.Optional(5) is not null) return false;
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
        return nn.functional.scaled_dot_product_attention(grouped, Shared(key), Shared(value), AttentionMask.Grouped(mask, batch, kvHeads, groups), is_casual: causal)
            .reshape(batch, heads, length, -1);
    }

    /// <summary>
    /// Step by step, for what the kernel does not know: capped scores, and the scores themselves. Early texts of the specification put the cap
    /// behind the mask, which cannot hide anything then; it was corrected, and ONNX Runtime caps first in both operator sets.
    /// </summary>
    private static Tensor Composed(in OperatorCall call, Tensor query, Tensor key, Tensor value, Tensor? mask, double softcap, long groups, out Tensor scores)
    {
        if (groups > 1)
        {
            key = key.repeat_interleave(groups, 1);
            value = value.repeat_interleave(groups, 1);
        }
        var stages = new Tensor[4];
        stages[0] = query.matmul(key.transpose(2, 3)).mul(1 / Math.Sqrt(query.shape[3]));
        stages[1] = softcap == 0 ? stages[0] : stages[0].div(softcap).tanh().mul(softcap);
        stages[2] = AttentionMask.Add(stages[1], mask);
        stages[3] = stages[2].softmax(3);
        scores = stages[call.Attributes.Int("qk_matmul_output_mode", 0)];
        return stages[3].matmul(value);
    }
}
