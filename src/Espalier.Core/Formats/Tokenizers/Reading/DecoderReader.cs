namespace Espalier.Formats.Tokenizers;

/// <summary>Reads <c>decoder</c> of a tokenizer.json.</summary>
internal static class DecoderReader
{
    public static TokenDecoder Read(JsonPart? part) => part is { } value ? ReadOne(value, new GrowthLimit()) : new SpaceJoinDecoder();

    private static TokenDecoder ReadOne(JsonPart part, GrowthLimit growth)
    {
        switch (Components.TypeOf(part))
        {
            case "Sequence":
                return new DecoderSequence([.. part.Get("decoders").Items().Select(step => ReadOne(step, growth))]);
            case "ByteLevel":
                return new ByteLevelDecoder();
            case "ByteFallback":
                return new ByteFallbackDecoder();
            case "Fuse":
                return new FuseDecoder();
            case "Replace":
                var pattern = PatternReader.Literal(part);
                var replacement = part.Get("content").AsString();
                growth.Count(part, pattern.Length, replacement.Length);
                return new ReplaceDecoder(pattern, replacement);
            case "Strip":
                var content = part.Get("content");
                var text = content.AsString();
                if (text.Length != 1) throw content.Error("one character is expected here");
                return new StripDecoder(text[0], part.Get("start").AsCount(), part.Get("stop").AsCount());
            case "Metaspace":
                return new MetaspaceDecoder(PreTokenizerReader.Symbol(part), PreTokenizerReader.Scheme(part));
            case var other:
                throw Components.Unsupported(part, $"the decoder '{other}'");
        }
    }
}
