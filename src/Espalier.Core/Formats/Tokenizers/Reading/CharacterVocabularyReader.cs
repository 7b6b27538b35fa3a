namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Reads a vocab.json that maps single characters to ids, with a few names in angle brackets: <c>{"&lt;unk&gt;": 0, "&lt;s&gt;": 1, "a": 2, ...}</c>.
/// Every character is a token, others become <c>&lt;unk&gt;</c>.
/// </summary>
internal static class CharacterVocabularyReader
{
    public static TextTokenizer Read(JsonPart root, string identity)
    {
        var vocabulary = BpeModelReader.ReadVocabulary(root);
        var special = new List<AddedToken>();
        foreach (var (token, id) in vocabulary.Ids)
        {
            if (token.Length > 2 && token[0] == '<' && token[^1] == '>') special.Add(new AddedToken(id, token) { Special = true });
            else if (token.EnumerateRunes().Count() != 1)
                throw new EspalierException($"the token '{token}' is not a single character, and a vocabulary alone does not tell how longer ones are made", root.File, "Use the tokenizer.json of this model");
        }
        var unknown = IdOf(vocabulary, "<unk>");
        if (unknown is null) throw root.Error("the token '<unk>' is missing");
        return new PipelineTokenizer(new TokenizerParts
        {
            Identity = identity,
            Model = new BpeModel(vocabulary, new MergeTable(), new BpeOptions { UnknownId = unknown }),
            Decoder = new FuseDecoder(),
            PostProcessing = IdOf(vocabulary, "<s>") is { } bos ? new PostProcessing { Prefix = [bos] } : PostProcessing.None,
            AddedTokens = special,
            BosId = IdOf(vocabulary, "<s>"),
            EosId = IdOf(vocabulary, "</s>"),
        });
    }

    private static int? IdOf(Vocabulary vocabulary, string token)
    {
        var id = vocabulary.IdOf(token);
        return id < 0 ? null : id;
    }
}
