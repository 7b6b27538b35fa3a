using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>Collects the units of a normalised text together with the ranges they stand for.</summary>
internal sealed class AlignedTextBuilder(int capacity)
{
    private readonly StringBuilder text = new(capacity);
    private readonly List<int> starts = new(capacity);
    private readonly List<int> ends = new(capacity);

    /// <summary>Appends characters that all stand for one range of the original.</summary>
    public void Append(ReadOnlySpan<char> chars, int start, int end)
    {
        text.Append(chars);
        for (var i = 0; i < chars.Length; i++)
        {
            starts.Add(start);
            ends.Add(end);
        }
    }

    /// <summary>Appends units [from, to) of a span as they are.</summary>
    public void Append(TextSpan span, int from, int to)
    {
        var chars = span.Chars;
        text.Append(chars[from..to]);
        for (var i = from; i < to; i++)
        {
            // Both halves of a surrogate pair stand for the whole pair.
            var isLow = i > 0 && char.IsSurrogatePair(chars[i - 1], chars[i]);
            var isHigh = i + 1 < chars.Length && char.IsSurrogatePair(chars[i], chars[i + 1]);
            starts.Add(span.OriginalStart(isLow ? i - 1 : i));
            ends.Add(span.OriginalEnd(isHigh ? i + 2 : i + 1));
        }
    }

    public TextSpan ToSpan() => TextSpan.Whole(new AlignedText(text.ToString(), [.. starts], [.. ends]));
}
