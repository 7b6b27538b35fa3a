using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>The distinct words of a text as symbols, with the counts of neighbouring pairs kept up to date through merges.</summary>
internal sealed class TrainingWords
{
    // All words one after the other; a merge shortens a word in place.
    private readonly int[] symbols;
    private readonly List<(int Start, int Length, long Count)> words;
    private readonly Dictionary<ulong, Pair> pairs = [];

    // Most frequent first, then the smaller pair. An entry whose count is no longer true is put back or dropped when it comes up.
    private readonly PriorityQueue<(ulong Key, long Count), (long Negative, ulong Key)> queue = new();
    private readonly HashSet<ulong> raised = [];
    private bool[] touched = [];

    public TrainingWords(Dictionary<string, long> wordCounts, int[] byteIds)
    {
        words = new List<(int, int, long)>(wordCounts.Count);
        symbols = new int[wordCounts.Keys.Sum(Encoding.UTF8.GetByteCount)];
        var end = 0;
        foreach (var (word, count) in wordCounts)
        {
            var start = end;
            foreach (var value in Encoding.UTF8.GetBytes(word)) symbols[end++] = byteIds[value];
            words.Add((start, end - start, count));
            for (var i = start; i + 1 < end; i++) Raise(i, words.Count - 1, count);
        }
        EnqueueRaised();
    }

    /// <summary>Takes the most frequent pair, if any occurs often enough.</summary>
    public bool TryTakeBest(int minimumCount, out int left, out int right)
    {
        while (queue.TryDequeue(out var entry, out _))
        {
            var count = pairs.TryGetValue(entry.Key, out var pair) ? pair.Count : 0;
            if (count < minimumCount) continue;
            if (count != entry.Count)
            {
                queue.Enqueue((entry.Key, count), (-count, entry.Key));
                continue;
            }
            (left, right) = ((int)(entry.Key >> 32), (int)(uint)entry.Key);
            return true;
        }
        (left, right) = (-1, -1);
        return false;
    }

    /// <summary>Replaces a pair by one symbol wherever it stands, from the left.</summary>
    public void Merge(int left, int right, int merged)
    {
        if (!pairs.Remove(Key(left, right), out var pair)) return;
        foreach (var index in pair.Words) MergeWord(index, left, right, merged);
        EnqueueRaised();
    }

    private void MergeWord(int index, int left, int right, int merged)
    {
        var (start, length, count) = words[index];
        var word = symbols.AsSpan(start, length);
        if (touched.Length <= length) touched = new bool[length * 2 + 1];
        var found = false;
        for (var i = 0; i + 1 < length; i++)
        {
            if (word[i] != left || word[i + 1] != right) continue;
            touched[i] = touched[i + 1] = found = true;
            i++;
        }
        if (!found) return;

        // Pairs that lose a member are no longer there; pairs with a new symbol are new. All others stay as they are.
        for (var i = 0; i + 1 < length; i++)
        {
            if (touched[i] || touched[i + 1]) Lower(word[i], word[i + 1], count);
        }
        var kept = 0;
        for (var i = 0; i < length; i++, kept++)
        {
            var joins = touched[i];
            touched[i] = false;
            word[kept] = joins ? merged : word[i];
            if (joins) touched[++i] = false;
            touched[kept] = joins; // never ahead of i, so no flag is lost
        }
        words[index] = (start, kept, count);
        for (var i = 0; i + 1 < kept; i++)
        {
            if (touched[i] || touched[i + 1]) Raise(start + i, index, count);
        }
        Array.Clear(touched, 0, kept);
    }

    private void Lower(int left, int right, long count)
    {
        var key = Key(left, right);
        // The pair being merged has left the table already.
        if (!pairs.TryGetValue(key, out var pair)) return;
        pair.Count -= count;
        if (pair.Count == 0) pairs.Remove(key);
    }

    private void Raise(int at, int word, long count)
    {
        var key = Key(symbols[at], symbols[at + 1]);
        if (!pairs.TryGetValue(key, out var pair)) pairs[key] = pair = new Pair();
        pair.Count += count;
        if (pair.Words.Count == 0 || pair.Words[^1] != word) pair.Words.Add(word);
        raised.Add(key);
    }

    private void EnqueueRaised()
    {
        foreach (var key in raised)
        {
            if (pairs.TryGetValue(key, out var pair)) queue.Enqueue((key, pair.Count), (-pair.Count, key));
        }
        raised.Clear();
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private sealed class Pair
    {
        public long Count { get; set; }

        /// <summary>Words that the pair has occurred in; a word may be listed twice, or no longer hold the pair.</summary>
        public List<int> Words { get; } = [];
    }
}
