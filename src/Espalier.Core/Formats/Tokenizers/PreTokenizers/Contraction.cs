namespace Espalier.Formats.Tokenizers;

/// <summary>The English endings <c>'s|'t|'re|'ve|'m|'ll|'d</c>.</summary>
internal static class Contraction
{
    /// <summary>Length of the ending at an index, apostrophe included; 0 if there is none.</summary>
    public static int LengthAt(ReadOnlySpan<char> text, int index, bool ignoreCase)
    {
        if (text[index] != '\'' || index + 1 >= text.Length) return 0;
        var first = Fold(text[index + 1], ignoreCase);
        if (first is 's' or 't' or 'm' or 'd') return 2;
        if (index + 2 >= text.Length) return 0;
        var second = Fold(text[index + 2], ignoreCase);
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    // U+017F (long s) is the only other character that folds to one of these letters.
    private static char Fold(char c, bool ignoreCase) => !ignoreCase ? c : c == '\u017F' ? 's' : char.ToLowerInvariant(c);
}
