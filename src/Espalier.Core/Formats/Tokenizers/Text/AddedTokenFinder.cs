using System.Buffers;
using System.Globalization;
using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>Finds added tokens in a text: the leftmost, of those the longest, without overlap.</summary>
internal sealed class AddedTokenFinder
{
    private readonly Dictionary<string, AddedToken> tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> bySpan;
    private readonly Dictionary<char, int[]> lengths; // by first character, longest first
    private readonly SearchValues<char> firsts;

    /// <summary>Creates a finder for the given spellings, which are not empty.</summary>
    public AddedTokenFinder(IEnumerable<(string Spelling, AddedToken Token)> entries)
    {
        foreach (var (spelling, token) in entries) tokens.TryAdd(spelling, token);
        bySpan = tokens.GetAlternateLookup<ReadOnlySpan<char>>();
        lengths = tokens.Keys.GroupBy(static key => key[0])
            .ToDictionary(static group => group.Key, static group => group.Select(static key => key.Length).Distinct().OrderDescending().ToArray());
        firsts = SearchValues.Create([.. lengths.Keys]);
    }

    /// <summary>Appends the stretches of a text in order: added tokens, and what lies between them with a null token.</summary>
    public void Split(TextSpan text, List<(TextSpan Span, AddedToken? Token)> output)
    {
        var chars = text.Chars;
        var done = 0;
        if (tokens.Count > 0)
        {
            for (var at = 0; Next(chars, ref at) is { } match;)
            {
                var (start, end) = (at, at + match.Spelled);
                at = end;
                var token = match.Token;
                if (token.SingleWord && (IsWordBefore(chars[..start]) || IsWordAfter(chars[end..]))) continue;
                if (token.StripLeft) start = chars[..start].TrimEnd().Length;
                if (token.StripRight) end = chars.Length - chars[end..].TrimStart().Length;
                start = Math.Max(start, done);
                if (start > done) output.Add((text.Slice(done, start), null));
                output.Add((text.Slice(start, end), token));
                done = end;
                at = Math.Max(at, end);
            }
        }
        if (done < chars.Length) output.Add((text.Slice(done, chars.Length), null));
    }

    private (AddedToken Token, int Spelled)? Next(ReadOnlySpan<char> chars, ref int at)
    {
        while (at < chars.Length)
        {
            var step = chars[at..].IndexOfAny(firsts);
            if (step < 0) return null;
            at += step;
            foreach (var length in lengths[chars[at]])
            {
                if (at + length <= chars.Length && bySpan.TryGetValue(chars.Slice(at, length), out var token)) return (token, length);
            }
            at++;
        }
        return null;
    }

    private static bool IsWordBefore(ReadOnlySpan<char> text) =>
        text.Length > 0 && Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool IsWordAfter(ReadOnlySpan<char> text) =>
        text.Length > 0 && Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    // \w of regular expressions: letters, marks, decimal digits, letter numbers, connectors and the two joiners.
    private static bool IsWord(Rune rune) =>
        rune.Value is 0x200C or 0x200D || Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation;
}
