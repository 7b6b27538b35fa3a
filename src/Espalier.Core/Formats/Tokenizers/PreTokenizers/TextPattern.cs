namespace Espalier.Formats.Tokenizers;

/// <summary>Finds successive matches in a text, as a regular expression does.</summary>
internal abstract class TextPattern
{
    /// <summary>The first match that starts at or after <paramref name="from"/>. A match is never empty.</summary>
    public abstract bool TryMatch(ReadOnlySpan<char> text, int from, out int start, out int end);
}
