namespace Espalier.Formats.Tokenizers;

/// <summary>
/// The pattern of Llama 3 (numbers of up to three digits) and Qwen 2 (single digits), scanned by hand over whole code points:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
/// Its matches cover every text without a gap.
/// </summary>
internal sealed class Llama3Pattern(int maxDigits) : TextPattern
{
    private const string Head = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string Tail = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public const string ThreeDigitExpression = Head + @"\p{N}{1,3}" + Tail;
    public const string OneDigitExpression = Head + @"\p{N}" + Tail;

    public override bool TryMatch(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        start = from;
        end = from < text.Length ? EndAt(text, from) : from;
        return end > start;
    }

    private int EndAt(ReadOnlySpan<char> text, int start)
    {
        var suffix = Contraction.LengthAt(text, start, ignoreCase: true);
        if (suffix > 0) return start + suffix;

        var kind = CharacterClasses.At(text, start, out var length);
        if (kind == CharacterClass.Number) return NumberPattern.EndAt(text, start, maxDigits);
        var letters = kind == CharacterClass.Letter || text[start] is '\r' or '\n' ? start : start + length;
        var end = CharacterClasses.RunEnd(text, letters, CharacterClass.Letter);
        if (end > letters) return end;

        var first = text[start] == ' ' ? start + 1 : start;
        end = CharacterClasses.RunEnd(text, first, CharacterClass.Other);
        if (end == first) return SpaceEnd(text, start);
        while (end < text.Length && text[end] is '\r' or '\n') end++;
        return end;
    }

    // \s*[\r\n]+ gives back what follows the run's last line break.
    private static int SpaceEnd(ReadOnlySpan<char> text, int start)
    {
        var end = CharacterClasses.RunEnd(text, start, CharacterClass.Space);
        var lastBreak = text[start..end].LastIndexOfAny('\r', '\n');
        return lastBreak >= 0 ? start + lastBreak + 1 : Gpt2Pattern.SpaceEnd(text, start);
    }
}
