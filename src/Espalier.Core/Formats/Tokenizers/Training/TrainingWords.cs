using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>The distinct words of a text as symbols, with the counts of neighbouring pairs kept up to date through merges.</summary>
internal sealed class TrainingWords
{
    private readonly List<(int[] Symbols, long Count)> words = [];
    private readonly Dictionary<ulong, long> counts = [];

    // Words that a pair has occurred in; a word may be listed again, or no longer hold the pair.
    private readonly Dictionary<ulong, List<int>> places = [];

    // Most frequent first, then the smaller pair. An entry whose count is no longer true is dropped or put back when it comes up.
    private readonly PriorityQueue<(ulong Pair, long Count), (long Negative, ulong Pair)> queue = new();
    private readonly HashSet<ulong> raised = [];

    public TrainingWords(Dictionary<string, long> wordCounts, int[] byteIds)
    {
        foreach (var (word, count) in wordCounts)
        {
            words.Add(([.. Encoding.UTF8.GetBytes(word).Select(value => byteIds[value])], count));
            Count(words.Count - 1, 1, -1);
        }
        Enqueue();
    }

    /// <summary>Takes the most frequent pair, if any occurs often enough.</summary>
    public bool TryTakeBest(int minimumCount, out int left, out int right)
    {
        while (queue.TryDequeue(out var entry, out _))
        {
            var count = counts.GetValueOrDefault(entry.Pair);
            if (count < minimumCount) continue;
            if (count != entry.Count)
            {
                queue.Enqueue((entry.Pair, count), (-count, entry.Pair));
                continue;
            }
            (left, right) = ((int)(entry.Pair >> 32), (int)(uint)entry.Pair);
            return true;
        }
        (left, right) = (-1, -1);
        return false;
    }

    /// <summary>Replaces a pair by one symbol wherever it stands, from the left.</summary>
    public void Merge(int left, int right, int merged)
    {
        if (!places.Remove(Key(left, right), out var where)) return;
        foreach (var index in where)
        {
            var (symbols, count) = words[index];
            if (!Holds(symbols, left, right)) continue;
            Count(index, -1, merged);
            words[index] = (Replace(symbols, left, right, merged), count);
            Count(index, 1, merged);
        }
        Enqueue();
    }

    // Only pairs with the merged symbol are new in a word (all of them if it is -1); the others keep their places.
    private void Count(int index, int sign, int merged)
    {
        var (symbols, count) = words[index];
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            var key = Key(symbols[i], symbols[i + 1]);
            var total = counts.GetValueOrDefault(key) + sign * count;
            if (total == 0) counts.Remove(key);
            else counts[key] = total;
            if (sign < 0 || (merged >= 0 && symbols[i] != merged && symbols[i + 1] != merged)) continue;
            raised.Add(key);
            if (!places.TryGetValue(key, out var list)) places[key] = list = [];
            if (list.Count == 0 || list[^1] != index) list.Add(index);
        }
    }

    private void Enqueue()
    {
        foreach (var key in raised)
        {
            var count = counts.GetValueOrDefault(key);
            if (count > 0) queue.Enqueue((key, count), (-count, key));
        }
        raised.Clear();
    }

    private static bool Holds(int[] symbols, int left, int right)
    {
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            if (symbols[i] == left && symbols[i + 1] == right) return true;
        }
        return false;
    }

    private static int[] Replace(int[] symbols, int left, int right, int merged)
    {
        var output = new List<int>(symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
        {
            var joins = i + 1 < symbols.Length && symbols[i] == left && symbols[i + 1] == right;
            output.Add(joins ? merged : symbols[i]);
            if (joins) i++;
        }
        return [.. output];
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;
}
