namespace Espalier.Formats.Tokenizers;

/// <summary>A text that came out of an original one by normalisation, with the range of the original that every UTF-16 unit stands for.</summary>
internal sealed class AlignedText
{
    // Null arrays: the text is the original itself.
    private readonly int[]? starts;
    private readonly int[]? ends;

    public AlignedText(string original)
    {
        Text = original;
    }

    public AlignedText(string text, int[] starts, int[] ends)
    {
        Text = text;
        this.starts = starts;
        this.ends = ends;
    }

    public string Text { get; }

    /// <summary>Start in the original of the character whose first unit is <paramref name="index"/>.</summary>
    public int StartOf(int index) => starts is null ? index : starts[index];

    /// <summary>End in the original of the character whose last unit is <paramref name="index"/>.</summary>
    public int EndOf(int index) => ends is null ? index + 1 : ends[index];
}
