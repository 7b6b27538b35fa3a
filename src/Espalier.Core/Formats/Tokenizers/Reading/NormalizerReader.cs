namespace Espalier.Formats.Tokenizers;

/// <summary>Reads <c>normalizer</c> of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    public static Normalizer? Read(JsonPart? part)
    {
        if (part is not { } value) return null;
        var steps = new List<Normalizer>();
        var growth = new GrowthLimit();
        Add(value, steps, growth);
        return steps.Count == 1 ? steps[0] : new NormalizerSequence(steps);
    }

    private static void Add(JsonPart part, List<Normalizer> steps, GrowthLimit growth)
    {
        switch (Components.TypeOf(part))
        {
            case "Sequence":
                foreach (var step in part.Get("normalizers").Items()) Add(step, steps, growth);
                break;
            case "NFC":
                growth.Count(part, 1, 1);
                steps.Add(new NfcNormalizer());
                break;
            case "Prepend":
                var prefix = part.Get("prepend").AsString();
                growth.Count(part, 1, prefix.Length);
                steps.Add(new PrependNormalizer(prefix));
                break;
            case "Replace":
                var pattern = PatternReader.Literal(part);
                var content = part.Get("content").AsString();
                growth.Count(part, pattern.Length, content.Length);
                steps.Add(new ReplaceNormalizer(pattern, content));
                break;
            case var other:
                throw Components.Unsupported(part, $"the normalizer '{other}'");
        }
    }
}
