using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>What queries may see: the mask of the Attention operator, causality, and the number of valid keys, in one tensor.</summary>
internal static class AttentionMask
{
    /// <summary>The mask that broadcasts to [batch, heads, queries, keys]: Boolean (true is visible) or additive; null if everything is visible.</summary>
    /// <param name="call">The Attention node.</param>
    /// <param name="query">[batch, heads, queries, dim].</param>
    /// <param name="keys">Number of keys, with the past.</param>
    /// <param name="causal">A query sees the keys up to its own position.</param>
    /// <param name="past">Number of keys before the first query.</param>
    public static Tensor? Create(in OperatorCall call, Tensor query, long keys, bool causal, long past)
    {
        var mask = call.Optional(3);
        if (mask is not null && mask.dtype != ScalarType.Bool) mask = mask.to(query.dtype);
        // A mask may be shorter than the keys; the rest is not visible.
        if (mask is not null && mask.shape[^1] < keys)
        {
            var missing = keys - mask.shape[^1];
            var hidden = full([.. mask.shape[..^1], missing], mask.dtype == ScalarType.Bool ? 0 : double.NegativeInfinity, mask.dtype, mask.device);
            mask = cat([mask, hidden], -1);
        }
        Tensor? visible = null;
        var position = arange(keys, ScalarType.Int64, query.device);
        var lengths = call.Optional(6);
        if (causal)
        {
            var row = arange(query.shape[2], ScalarType.Int64, query.device).unsqueeze(1);
            // With a cache of fixed size the last query stands at the last valid key.
            visible = lengths is null ? position.le(row.add(past)) : position.le(row.add(lengths.sub(query.shape[2]).reshape(-1, 1, 1, 1)));
        }
        if (lengths is not null)
        {
            var valid = position.lt(lengths.reshape(-1, 1, 1, 1));
            visible = visible is null ? valid : visible.logical_and(valid);
        }
        if (visible is null || mask is null) return mask ?? visible;
        return mask.dtype == ScalarType.Bool ? mask.logical_and(visible) : where(visible, mask, full([], double.NegativeInfinity, mask.dtype, mask.device));
    }

    /// <summary>Scores with the mask applied.</summary>
    public static Tensor Add(Tensor scores, Tensor? mask)
    {
        if (mask is null) return scores;
        return mask.dtype == ScalarType.Bool ? where(mask, scores, full([], double.NegativeInfinity, scores.dtype, scores.device)) : scores.add(mask);
    }

    /// <summary>A mask [batch or 1, heads or 1, queries, keys] for heads split into batches.</summary>
    public static Tensor? Grouped(Tensor? mask, long batch, long kvHeads, long groups)
    {
        if (mask is null || mask.dim() < 3) return mask;
        var full = mask.dim() == 3 ? mask.unsqueeze(0) : mask;
        var perHead = full.shape[1] > 1;
        if (!perHead && full.shape[0] == 1) return full;
        var spread = full.expand(batch, perHead ? kvHeads * groups : kvHeads, full.shape[2], full.shape[3]);
        return spread.reshape(batch * kvHeads, perHead ? groups : 1, full.shape[2], full.shape[3]);
    }
}
