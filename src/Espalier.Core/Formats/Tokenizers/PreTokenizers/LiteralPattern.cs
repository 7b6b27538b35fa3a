namespace Espalier.Formats.Tokenizers;

/// <summary>Matches a fixed string.</summary>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    public override bool TryMatch(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        var at = text[from..].IndexOf(literal, StringComparison.Ordinal);
        start = from + at;
        end = start + literal.Length;
        return at >= 0;
    }
}
