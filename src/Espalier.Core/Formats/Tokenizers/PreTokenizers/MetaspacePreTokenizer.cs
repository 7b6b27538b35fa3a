namespace Espalier.Formats.Tokenizers;

/// <summary>When <see cref="MetaspacePreTokenizer"/> puts its symbol in front.</summary>
internal enum PrependScheme
{
    Always,

    /// <summary>Only at the very start of the original text.</summary>
    First,
    Never,
}

/// <summary>Makes spaces a visible symbol, puts one in front, and may split before each.</summary>
internal sealed class MetaspacePreTokenizer(string symbol, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly ReplaceNormalizer replace = new(" ", symbol);
    private readonly PrependNormalizer prepend = new(symbol);
    private readonly SplitPreTokenizer splitter = new(new LiteralPattern(symbol), SplitBehavior.MergedWithNext, invert: false);

    public override void Split(TextSpan text, List<TextSpan> output)
    {
        if (text.Length == 0) return;
        var atStart = text.OriginalStart(0) == 0;
        text = replace.Apply(text);
        if (!text.Chars.StartsWith(symbol) && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && atStart)))
            text = prepend.Apply(text);
        if (split) splitter.Split(text, output);
        else output.Add(text);
    }
}
