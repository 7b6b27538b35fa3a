namespace Espalier.Formats.Tokenizers;

/// <summary>
/// The stages of a tokenizer as the Hugging Face format names them: added tokens, normaliser, pre-tokenizer, model, post-processing, decoder.
/// </summary>
internal sealed class PipelineTokenizer : TextTokenizer
{
    // Words repeat; longer stretches hardly ever do, and would fill the cache.
    private const int LongestCachedWord = 48;

    private readonly TokenizerParts parts;
    private readonly Dictionary<int, AddedToken> added;
    private readonly Dictionary<string, int> addedIds = new(StringComparer.Ordinal);
    private readonly AddedTokenFinder originalFinder;
    private readonly AddedTokenFinder normalizedFinder;

    public PipelineTokenizer(TokenizerParts parts)
    {
        this.parts = parts;
        added = parts.AddedTokens.ToDictionary(static token => token.Id);
        foreach (var token in parts.AddedTokens) addedIds.TryAdd(token.Content, token.Id);
        var matched = parts.MatchAddedTokens ? parts.AddedTokens : [];
        originalFinder = new AddedTokenFinder(matched.Where(static token => !token.Normalized).Select(static token => (token.Content, token)));
        normalizedFinder = new AddedTokenFinder(matched.Where(static token => token.Normalized)
            .Select(token => (Normalize(TextSpan.Whole(new AlignedText(token.Content))).Chars.ToString(), token)).Where(static entry => entry.Item1.Length > 0));
        VocabularySize = Math.Max(parts.Model.Vocabulary.Size, added.Count == 0 ? 0 : added.Keys.Max() + 1);
        BosId = parts.BosId;
        EosId = parts.EosId;
        UnknownId = parts.Model.UnknownId ?? parts.UnknownId;
    }

    public override int VocabularySize { get; }

    public override string Identity => parts.Identity;

    public override IReadOnlyList<TextToken> Tokenize(string text, bool addSpecialTokens = false)
    {
        var tokens = new List<TextToken>();
        Run(text, (id, span, start, end, isAdded) =>
        {
            var spelling = isAdded ? span.Chars.ToString() : parts.Model.Vocabulary.TokenOf(id)!;
            tokens.Add(new TextToken(id, spelling, span.OriginalStart(start), span.OriginalEnd(end)));
        });
        parts.PostProcessing.Adjust(tokens);
        if (!addSpecialTokens) return tokens;
        return [.. parts.PostProcessing.Prefix.Select(Around), .. tokens, .. parts.PostProcessing.Suffix.Select(Around)];
    }

    public override int[] Encode(string text, bool addSpecialTokens = false)
    {
        var ids = new List<int>();
        if (addSpecialTokens) ids.AddRange(parts.PostProcessing.Prefix);
        Run(text, (id, _, _, _, _) => ids.Add(id));
        if (addSpecialTokens) ids.AddRange(parts.PostProcessing.Suffix);
        return [.. ids];
    }

    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (skipSpecialTokens && added.TryGetValue(id, out var token) && token.Special) continue;
            if (TokenOf(id) is { } spelling) tokens.Add(spelling);
        }
        return string.Concat(parts.Decoder.Decode(tokens));
    }

    public override string? TokenOf(int id) => added.TryGetValue(id, out var token) ? token.Content : parts.Model.Vocabulary.TokenOf(id);

    public override int? IdOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (addedIds.TryGetValue(token, out var id)) return id;
        id = parts.Model.Vocabulary.IdOf(token);
        return id < 0 ? null : id;
    }

    private delegate void TokenSink(int id, TextSpan span, int start, int end, bool isAdded);

    private TextToken Around(int id) => new(id, TokenOf(id) ?? "", 0, 0);

    private TextSpan Normalize(TextSpan text) => parts.Normalizer?.Apply(text) ?? text;

    private void Run(string text, TokenSink sink)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new WordEncoder(parts.Model);
        var stretches = new List<(TextSpan Span, AddedToken? Token)>();
        var inner = new List<(TextSpan Span, AddedToken? Token)>();
        originalFinder.Split(TextSpan.Whole(new AlignedText(text)), stretches);
        foreach (var (span, token) in stretches)
        {
            inner.Clear();
            if (token is null) normalizedFinder.Split(Normalize(span), inner);
            else inner.Add((span, token));
            foreach (var (part, partToken) in inner)
            {
                if (partToken is not null) sink(partToken.Id, part, 0, part.Length, true);
                else Words(part, words, sink);
            }
        }
    }

    private void Words(TextSpan part, WordEncoder encoder, TokenSink sink)
    {
        var words = new List<TextSpan>();
        if (parts.PreTokenizer is null) words.Add(part);
        else parts.PreTokenizer.Split(part, words);
        foreach (var word in words)
        {
            foreach (var symbol in encoder.Encode(word.Chars)) sink(symbol.Id, word, symbol.Start, symbol.End, false);
        }
    }

    /// <summary>The model with a cache and buffers of one run.</summary>
    private sealed class WordEncoder
    {
        private readonly BpeModel model;
        private readonly BpeMerger merger;
        private readonly List<BpeSymbol> buffer = [];
        private readonly Dictionary<string, BpeSymbol[]> cache = new(StringComparer.Ordinal);
        private readonly Dictionary<string, BpeSymbol[]>.AlternateLookup<ReadOnlySpan<char>> cached;

        public WordEncoder(BpeModel model)
        {
            this.model = model;
            merger = new BpeMerger(model.Merges);
            cached = cache.GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public IReadOnlyList<BpeSymbol> Encode(ReadOnlySpan<char> word)
        {
            if (word.Length > LongestCachedWord)
            {
                model.Tokenize(word, merger, buffer);
                return buffer;
            }
            if (cached.TryGetValue(word, out var symbols)) return symbols;
            model.Tokenize(word, merger, buffer);
            return cached[word] = [.. buffer];
        }
    }
}
