namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Applies merges to a word until none is left, in O(n log n): a word may be a whole book where a tokenizer has no pre-tokenizer.
/// Holds its buffers for the next word; one instance per thread.
/// </summary>
internal sealed class BpeMerger(MergeTable merges)
{
    // Lowest rank first, then leftmost. Entries whose symbols have changed since are recognised and dropped when they come up.
    private readonly PriorityQueue<(int Left, int Id), ulong> queue = new();
    private int[] previous = [];
    private int[] next = [];

    /// <summary>Merges the symbols in place.</summary>
    public void Merge(List<BpeSymbol> symbols)
    {
        var count = symbols.Count;
        if (count < 2) return;
        Reserve(count);
        for (var i = 0; i < count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : -1;
        }
        for (var i = 0; i + 1 < count; i++) Enqueue(symbols, i);
        while (queue.TryDequeue(out var merge, out _))
        {
            var left = merge.Left;
            var right = next[left];
            // -2 marks a symbol that went into its left neighbour.
            if (right < 0 || !merges.TryGet(symbols[left].Id, symbols[right].Id, out _, out var id) || id != merge.Id) continue;
            symbols[left] = new BpeSymbol(id, symbols[left].Start, symbols[right].End);
            next[left] = next[right];
            if (next[left] >= 0) previous[next[left]] = left;
            next[right] = -2;
            if (previous[left] >= 0) Enqueue(symbols, previous[left]);
            Enqueue(symbols, left);
        }
        var kept = 0;
        for (var i = 0; i >= 0; i = next[i]) symbols[kept++] = symbols[i];
        symbols.RemoveRange(kept, count - kept);
    }

    private void Enqueue(List<BpeSymbol> symbols, int left)
    {
        var right = next[left];
        if (right >= 0 && merges.TryGet(symbols[left].Id, symbols[right].Id, out var rank, out var id))
            queue.Enqueue((left, id), (ulong)(uint)rank << 32 | (uint)left);
    }

    private void Reserve(int count)
    {
        if (previous.Length >= count) return;
        previous = new int[Math.Max(count, 64)];
        next = new int[previous.Length];
    }
}
