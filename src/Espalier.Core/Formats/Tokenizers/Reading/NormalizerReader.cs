namespace Espalier.Formats.Tokenizers;

/// <summary>Reads <c>normalizer</c> of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    public static Normalizer? Read(JsonPart? part) => part is { } value ? ReadOne(value) : null;

    private static Normalizer ReadOne(JsonPart part)
    {
        switch (Components.TypeOf(part))
        {
            case "Sequence":
                return new NormalizerSequence([.. part.Get("normalizers").Items().Select(ReadOne)]);
            case "NFC":
                return new NfcNormalizer();
            case "Prepend":
                return new PrependNormalizer(part.Get("prepend").AsString());
            case "Replace":
                return new ReplaceNormalizer(PatternReader.Literal(part), part.Get("content").AsString());
            case var other:
                throw Components.Unsupported(part, $"the normalizer '{other}'");
        }
    }
}
