namespace Espalier.Formats.Tokenizers;

/// <summary>A stretch of an <see cref="AlignedText"/>.</summary>
internal readonly record struct TextSpan(AlignedText Source, int Start, int Length)
{
    public ReadOnlySpan<char> Chars => Source.Text.AsSpan(Start, Length);

    /// <summary>Start in the original text of the unit at <paramref name="index"/> of this stretch.</summary>
    public int OriginalStart(int index) => Source.StartOf(Start + index);

    /// <summary>End in the original text of the unit before <paramref name="index"/> of this stretch.</summary>
    public int OriginalEnd(int index) => Source.EndOf(Start + index - 1);

    public TextSpan Slice(int start, int end) => new(Source, Start + start, end - start);

    public static TextSpan Whole(AlignedText text) => new(text, 0, text.Text.Length);
}
