using System.Globalization;
using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>The four classes that published splitting patterns tell apart.</summary>
internal enum CharacterClass
{
    Other,
    Letter,
    Number,
    Space,
}

/// <summary>
/// Classifies whole code points. .NET's regular expressions see the halves of characters above U+FFFF as surrogates,
/// so the splitting patterns are scanned by hand with these classes: letters are \p{L}, numbers \p{N}, spaces White_Space.
/// </summary>
internal static class CharacterClasses
{
    /// <summary>Class and length in UTF-16 units of the character at an index. A lone surrogate counts as U+FFFD, which is
    /// <see cref="CharacterClass.Other"/>.</summary>
    public static CharacterClass At(ReadOnlySpan<char> text, int index, out int length)
    {
        length = 1;
        var c = text[index];
        if (c < 128)
        {
            if (char.IsAsciiLetter(c)) return CharacterClass.Letter;
            if (char.IsAsciiDigit(c)) return CharacterClass.Number;
            return c is ' ' or (>= '\t' and <= '\r') ? CharacterClass.Space : CharacterClass.Other;
        }
        if (!char.IsSurrogate(c)) return char.IsWhiteSpace(c) ? CharacterClass.Space : Of(CharUnicodeInfo.GetUnicodeCategory(c));
        Rune.DecodeFromUtf16(text[index..], out var rune, out length);
        return Of(Rune.GetUnicodeCategory(rune));
    }

    /// <summary>End of the run of one class that starts at an index; the index itself if the class differs there.</summary>
    public static int RunEnd(ReadOnlySpan<char> text, int index, CharacterClass wanted)
    {
        while (index < text.Length && At(text, index, out var length) == wanted) index += length;
        return index;
    }

    private static CharacterClass Of(UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => CharacterClass.Space,
        _ => CharacterClass.Other,
    };
}
