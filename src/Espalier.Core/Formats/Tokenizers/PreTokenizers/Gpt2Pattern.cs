namespace Espalier.Formats.Tokenizers;

/// <summary>
/// The pattern of GPT-2, scanned by hand over whole code points:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>. Its matches cover every text without a gap.
/// </summary>
internal sealed class Gpt2Pattern : TextPattern
{
    public const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public override bool TryMatch(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        start = from;
        end = from < text.Length ? EndAt(text, from) : from;
        return end > start;
    }

    private static int EndAt(ReadOnlySpan<char> text, int start)
    {
        var suffix = Contraction.LengthAt(text, start, ignoreCase: false);
        if (suffix > 0) return start + suffix;
        var first = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = CharacterClasses.At(text, first, out _);
        return kind == CharacterClass.Space ? SpaceEnd(text, start) : CharacterClasses.RunEnd(text, first, kind);
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: white space but for the last one before a word, which goes to the word. All white space is one
    /// UTF-16 unit long.</summary>
    public static int SpaceEnd(ReadOnlySpan<char> text, int start)
    {
        var end = CharacterClasses.RunEnd(text, start, CharacterClass.Space);
        return end < text.Length && end - start > 1 ? end - 1 : end;
    }
}
