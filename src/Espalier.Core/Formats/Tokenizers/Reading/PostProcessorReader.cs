namespace Espalier.Formats.Tokenizers;

/// <summary>Reads <c>post_processor</c> of a tokenizer.json, for single texts.</summary>
internal static class PostProcessorReader
{
    // Bounds the special tokens around a text against hostile files.
    private const int MostAround = 1024;

    public static PostProcessing Read(JsonPart part) => Add(PostProcessing.None, part);

    private static PostProcessing Add(PostProcessing inner, JsonPart part)
    {
        switch (Components.TypeOf(part))
        {
            case "Sequence":
                return part.Get("processors").Items().Aggregate(inner, Add);
            case "ByteLevel":
                return Trimmed(inner, part.Get("trim_offsets").AsBool(), part.Get("add_prefix_space").AsBool());
            case "RobertaProcessing":
                var trimmed = Trimmed(inner, part.Get("trim_offsets").AsBool(), part.Get("add_prefix_space").AsBool());
                return Around(trimmed, part, [NamedId(part.Get("cls"))], [NamedId(part.Get("sep"))]);
            case "BertProcessing":
                return Around(inner, part, [NamedId(part.Get("cls"))], [NamedId(part.Get("sep"))]);
            case "TemplateProcessing":
                return AddTemplate(inner, part);
            case var other:
                throw Components.Unsupported(part, $"the post-processor '{other}'");
        }
    }

    private static PostProcessing Trimmed(PostProcessing inner, bool trim, bool addPrefixSpace) =>
        trim ? inner with { TrimOffsets = true, AddPrefixSpace = addPrefixSpace } : inner;

    private static PostProcessing AddTemplate(PostProcessing inner, JsonPart part)
    {
        List<int> prefix = [], suffix = [];
        var seenText = false;
        var single = part.Get("single");
        foreach (var piece in single.Items())
        {
            if (piece.TryGet("Sequence") is { } text)
            {
                if (seenText || text.Get("id").AsString() != "A")
                    throw text.Error("the template of a single text holds sequence A exactly once");
                seenText = true;
                continue;
            }
            var name = piece.Get("SpecialToken").Get("id").AsString();
            var ids = part.Get("special_tokens").Get(name).Get("ids").Items().Select(static id => id.AsCount());
            (seenText ? suffix : prefix).AddRange(ids);
        }
        if (!seenText) throw single.Error("the template does not hold the text itself (sequence A)");
        return Around(inner, part, prefix, suffix);
    }

    private static PostProcessing Around(PostProcessing inner, JsonPart part, List<int> prefix, List<int> suffix)
    {
        if (inner.Prefix.Length + inner.Suffix.Length + prefix.Count + suffix.Count > MostAround)
            throw part.Error($"more than {MostAround} special tokens around a text");
        return inner with { Prefix = [.. prefix, .. inner.Prefix], Suffix = [.. inner.Suffix, .. suffix] };
    }

    // ["<s>", 0]
    private static int NamedId(JsonPart part)
    {
        var items = part.Items().ToArray();
        if (items.Length != 2) throw part.Error("a token and its id are expected here");
        items[0].AsString();
        return items[1].AsCount();
    }
}
