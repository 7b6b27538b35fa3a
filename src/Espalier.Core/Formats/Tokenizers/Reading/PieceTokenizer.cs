namespace Espalier.Formats.Tokenizers;

/// <summary>
/// The tokenizer of llama2.c: pieces with scores, a space in front of every text, byte fallback. Special tokens written out in a text are
/// plain characters. Ids 0, 1, 2 are the unknown, beginning and end tokens, 3 to 258 the bytes.
/// </summary>
internal static class PieceTokenizer
{
    private const int FirstByte = 3;

    public static TextTokenizer Create(string file, IReadOnlyList<string> pieces, IReadOnlyList<float> scores, string identity)
    {
        if (pieces.Count < FirstByte + 256)
            throw new InvalidFileException(file, $"a llama2.c vocabulary has at least {FirstByte + 256} pieces, this has {pieces.Count}");
        for (var b = 0; b < 256; b++)
        {
            if (pieces[FirstByte + b] != $"<0x{b:X2}>")
                throw new InvalidFileException(file, $"'<0x{b:X2}>' is expected, not '{pieces[FirstByte + b]}'", $"piece {FirstByte + b}");
        }
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
        {
            if (!ids.TryAdd(pieces[id], id)) throw new InvalidFileException(file, $"'{pieces[id]}' occurs twice", $"piece {id}");
        }
        var vocabulary = new Vocabulary(ids);
        return new PipelineTokenizer(new TokenizerParts
        {
            Identity = identity,
            Normalizer = new PrependNormalizer(" "),
            Model = new BpeModel(vocabulary, MergeTable.FromScores(vocabulary, scores), new BpeOptions { ByteFallback = true, UnknownId = 0 }),
            Decoder = new DecoderSequence([new ByteFallbackDecoder(), new FuseDecoder(), new StripDecoder(' ', 1, 0)]),
            PostProcessing = new PostProcessing { Prefix = [1] },
            AddedTokens = [.. Enumerable.Range(0, FirstByte).Select(id => new AddedToken(id, pieces[id]) { Special = true })],
            MatchAddedTokens = false,
            BosId = 1,
            EosId = 2,
        });
    }
}
