using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Learns a byte-level BPE vocabulary (Sennrich et al. 2016, on bytes as in GPT-2): the most frequent pair of neighbours within words is
/// merged again and again. Deterministic: of equally frequent pairs the one with the smaller ids wins, the left id first.
/// </summary>
public static class ByteLevelBpeTrainer
{
    /// <summary>Learns from several texts; words do not cross texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="vocabularySize">Number of tokens wanted, special tokens and the 256 byte symbols included. Fewer result when no pair is left.</param>
    /// <param name="specialTokens">Special tokens, which take the first ids; the first of them begins and ends texts.</param>
    /// <param name="minimumCount">Pairs that occur less often are not merged.</param>
    /// <exception cref="UsageException">The size has no room for bytes and special tokens, or a special token is empty, doubled or a byte symbol.</exception>
    public static ByteLevelBpeVocabulary Train(IEnumerable<string> texts, int vocabularySize, IReadOnlyList<string>? specialTokens = null, int minimumCount = 2)
    {
        ArgumentNullException.ThrowIfNull(texts);
        specialTokens ??= [];
        var tokens = FirstTokens(specialTokens);
        if (vocabularySize < tokens.Count)
            throw new UsageException($"a vocabulary of {vocabularySize} tokens has no room for {specialTokens.Count} special tokens and 256 bytes", "vocabularySize", $"Ask for at least {tokens.Count}");
        var words = new TrainingWords(CountWords(texts), [.. Enumerable.Range(0, 256).Select(b => tokens.IndexOf(ByteSymbols.Of((byte)b).ToString()))]);
        var ids = Enumerable.Range(0, tokens.Count).ToDictionary(id => tokens[id], StringComparer.Ordinal);
        var merges = new List<(string, string)>();
        while (tokens.Count < vocabularySize && words.TryTakeBest(Math.Max(minimumCount, 1), out var left, out var right))
        {
            // Two ways to the same spelling share a token.
            var joined = tokens[left] + tokens[right];
            if (ids.TryAdd(joined, tokens.Count)) tokens.Add(joined);
            merges.Add((tokens[left], tokens[right]));
            words.Merge(left, right, ids[joined]);
        }
        return new ByteLevelBpeVocabulary(tokens, merges, specialTokens);
    }

    /// <summary>Learns from one text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="vocabularySize">Number of tokens wanted, special tokens and the 256 byte symbols included.</param>
    /// <param name="specialTokens">Special tokens, which take the first ids.</param>
    /// <param name="minimumCount">Pairs that occur less often are not merged.</param>
    /// <exception cref="UsageException">As for several texts.</exception>
    public static ByteLevelBpeVocabulary Train(string text, int vocabularySize, IReadOnlyList<string>? specialTokens = null, int minimumCount = 2) =>
        Train([text], vocabularySize, specialTokens, minimumCount);

    private static List<string> FirstTokens(IReadOnlyList<string> specialTokens)
    {
        var symbols = Enumerable.Range(0, 256).Select(static b => ByteSymbols.Of((byte)b).ToString()).Order(StringComparer.Ordinal).ToArray();
        foreach (var token in specialTokens)
        {
            if (string.IsNullOrEmpty(token)) throw new UsageException("a special token is empty", "specialTokens");
            if (token != Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(token))) throw new UsageException("a special token holds half a surrogate pair", "specialTokens");
            if (symbols.Contains(token)) throw new UsageException($"the special token '{token}' is the symbol of a byte", "specialTokens", "Choose a longer name, such as <|endoftext|>");
        }
        if (specialTokens.Distinct(StringComparer.Ordinal).Count() != specialTokens.Count) throw new UsageException("a special token is named twice", "specialTokens");
        return [.. specialTokens, .. symbols];
    }

    private static Dictionary<string, long> CountWords(IEnumerable<string> texts)
    {
        var pattern = new Gpt2Pattern();
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var bySpan = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
        {
            for (var done = 0; pattern.TryMatch(text, done, out var start, out var end); done = end)
            {
                var word = text.AsSpan(start, end - start);
                bySpan[word] = bySpan.TryGetValue(word, out var count) ? count + 1 : 1;
            }
        }
        return counts;
    }
}
