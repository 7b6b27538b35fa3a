namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Splits with the GPT-2 pattern, or not at all, after adding a leading space if asked to. The step from characters to byte symbols,
/// which the file format places here, is done by <see cref="ByteSymbols"/> inside the model; so this has to be the last pre-tokenizer.
/// </summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool usePattern) : PreTokenizer
{
    private static readonly PrependNormalizer Space = new(" ");
    private static readonly Gpt2Pattern Pattern = new();

    public override void Split(TextSpan text, List<TextSpan> output)
    {
        if (text.Length == 0) return;
        if (addPrefixSpace && text.Chars[0] != ' ') text = Space.Apply(text);
        if (!usePattern)
        {
            output.Add(text);
            return;
        }
        var chars = text.Chars;
        for (var done = 0; Pattern.TryMatch(chars, done, out var start, out var end); done = end) output.Add(text.Slice(start, end));
    }
}
