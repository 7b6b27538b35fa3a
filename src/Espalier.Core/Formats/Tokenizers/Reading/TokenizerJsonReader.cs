namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Reads tokenizer.json of the Hugging Face tokenizers library. Truncation and padding that a file asks for are left to the caller: they
/// would cut an evaluation text short.
/// </summary>
internal static class TokenizerJsonReader
{
    /// <summary>Builds the tokenizer.</summary>
    /// <param name="root">The file.</param>
    /// <param name="identity">See <see cref="TextTokenizer.Identity"/>.</param>
    /// <param name="beside">Opens a file beside the tokenizer's by its name; null if there is none.</param>
    public static TextTokenizer Read(JsonPart root, string identity, Func<string, JsonPart?> beside)
    {
        // Components first: a file of another family should be refused for its family, not for a detail of its model.
        var modelPart = root.Get("model");
        if (modelPart.StringOrNull("type") is { } type && type != "BPE") throw Components.Unsupported(modelPart, $"the model '{type}'");
        var normalizer = NormalizerReader.Read(root.TryGet("normalizer"));
        var (preTokenizer, byteLevel) = PreTokenizerReader.Read(root.TryGet("pre_tokenizer"));
        var model = BpeModelReader.Read(modelPart, byteLevel);
        var added = AddedTokens(root.TryGet("added_tokens"), model.Vocabulary);
        var special = SpecialTokenFiles.Read(beside, token => IdOf(token, added, model.Vocabulary));
        return new PipelineTokenizer(new TokenizerParts
        {
            Identity = identity,
            Normalizer = normalizer,
            PreTokenizer = preTokenizer,
            Model = model,
            PostProcessing = PostProcessorReader.Read(root.TryGet("post_processor")),
            Decoder = DecoderReader.Read(root.TryGet("decoder")),
            AddedTokens = added,
            BosId = special.Bos,
            EosId = special.Eos,
            UnknownId = special.Unknown,
        });
    }

    private static int? IdOf(string token, List<AddedToken> added, Vocabulary vocabulary)
    {
        if (added.Find(candidate => candidate.Content == token) is { } found) return found.Id;
        var id = vocabulary.IdOf(token);
        return id < 0 ? null : id;
    }

    private static List<AddedToken> AddedTokens(JsonPart? list, Vocabulary vocabulary)
    {
        var tokens = new List<AddedToken>();
        if (list is not { } part) return tokens;
        var ids = new HashSet<int>();
        var contents = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in part.Items())
        {
            var token = AddedToken(item, vocabulary);
            if (!ids.Add(token.Id)) throw item.Error($"the id {token.Id} belongs to two added tokens");
            if (!contents.Add(token.Content)) throw item.Error($"the added token '{token.Content}' occurs twice");
            tokens.Add(token);
        }
        return tokens;
    }

    private static AddedToken AddedToken(JsonPart item, Vocabulary vocabulary)
    {
        var content = item.Get("content").AsString();
        if (content.Length == 0) throw item.Error("the added token is empty");
        var id = BpeModelReader.AsId(item.Get("id"), vocabulary);
        var known = vocabulary.IdOf(content);
        if (known >= 0 ? known != id : vocabulary.TokenOf(id) is not null)
            throw item.Error($"the added token '{content}' has id {id}, but the model's vocabulary says otherwise");
        var special = item.BoolOr("special", false);
        return new AddedToken(id, content)
        {
            Special = special,
            Normalized = item.BoolOr("normalized", !special),
            SingleWord = item.BoolOr("single_word", false),
            StripLeft = item.BoolOr("lstrip", false),
            StripRight = item.BoolOr("rstrip", false),
        };
    }
}
