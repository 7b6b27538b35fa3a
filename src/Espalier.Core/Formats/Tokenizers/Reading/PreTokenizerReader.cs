namespace Espalier.Formats.Tokenizers;

/// <summary>Reads <c>pre_tokenizer</c> of a tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    private const int MostSteps = 64;

    /// <summary>The pre-tokenizer, and whether words are byte-level after it.</summary>
    public static (PreTokenizer? PreTokenizer, bool ByteLevel) Read(JsonPart? part)
    {
        if (part is not { } value) return (null, false);
        List<PreTokenizer> steps = [];
        Add(value, steps);
        return (steps.Count == 1 ? steps[0] : new PreTokenizerSequence(steps), steps.Exists(static step => step is ByteLevelPreTokenizer));
    }

    private static void Add(JsonPart part, List<PreTokenizer> steps)
    {
        var type = Components.TypeOf(part);
        if (type == "Sequence")
        {
            foreach (var step in part.Get("pretokenizers").Items()) Add(step, steps);
            return;
        }
        // After ByteLevel the reference splits byte symbols, which this pipeline makes later; two Metaspaces could prefix each other's words without end.
        if (steps.LastOrDefault() is ByteLevelPreTokenizer)
            throw Components.Unsupported(part, $"the pre-tokenizer '{type}' after ByteLevel");
        if (type == "Metaspace" && steps.Exists(static step => step is MetaspacePreTokenizer))
            throw Components.Unsupported(part, "a second pre-tokenizer 'Metaspace'");
        if (steps.Count == MostSteps) throw part.Error($"there are more than {MostSteps} pre-tokenizers");
        steps.Add(ReadOne(part, type));
    }

    private static PreTokenizer ReadOne(JsonPart part, string type)
    {
        switch (type)
        {
            case "ByteLevel":
                return new ByteLevelPreTokenizer(part.Get("add_prefix_space").AsBool(), part.BoolOr("use_regex", true));
            case "Digits":
                var single = part.Get("individual_digits").AsBool();
                return new SplitPreTokenizer(new NumberPattern(single ? 1 : int.MaxValue), SplitBehavior.Isolated, invert: false);
            case "Split":
                return new SplitPreTokenizer(PatternReader.Any(part), Behavior(part.Get("behavior")), part.Get("invert").AsBool());
            case "Metaspace":
                return new MetaspacePreTokenizer(Symbol(part), Scheme(part), part.BoolOr("split", true));
            default:
                throw Components.Unsupported(part, $"the pre-tokenizer '{type}'");
        }
    }

    /// <summary>The one character that a Metaspace component writes for a space.</summary>
    public static string Symbol(JsonPart part)
    {
        var symbol = part.Get("replacement");
        var text = symbol.AsString();
        return text.EnumerateRunes().Count() == 1 ? text : throw symbol.Error("one character is expected here");
    }

    /// <summary>When a Metaspace component puts its symbol in front; older files say <c>add_prefix_space</c>.</summary>
    public static PrependScheme Scheme(JsonPart part)
    {
        if (part.TryGet("prepend_scheme") is not { } scheme) return part.BoolOr("add_prefix_space", true) ? PrependScheme.Always : PrependScheme.Never;
        return scheme.AsString() switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw scheme.Error($"the scheme '{other}' is unknown; always, first and never are known"),
        };
    }

    private static SplitBehavior Behavior(JsonPart part)
    {
        var name = part.AsString();
        return Enum.GetNames<SplitBehavior>().Contains(name) ? Enum.Parse<SplitBehavior>(name) : throw part.Error($"the behaviour '{name}' is unknown");
    }
}
