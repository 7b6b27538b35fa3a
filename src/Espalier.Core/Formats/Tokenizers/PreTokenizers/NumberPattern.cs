namespace Espalier.Formats.Tokenizers;

/// <summary>Matches <c>\p{N}{1,max}</c>: up to a number of number characters.</summary>
internal sealed class NumberPattern(int max) : TextPattern
{
    public override bool TryMatch(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (start = from; start < text.Length;)
        {
            end = EndAt(text, start, max);
            if (end > start) return true;
            CharacterClasses.At(text, start, out var length);
            start += length;
        }
        end = start;
        return false;
    }

    /// <summary>End of the number that starts at an index, of at most <paramref name="max"/> characters; the index itself if there is none.</summary>
    public static int EndAt(ReadOnlySpan<char> text, int index, int max)
    {
        for (var count = 0; count < max && index < text.Length && CharacterClasses.At(text, index, out var length) == CharacterClass.Number; count++)
            index += length;
        return index;
    }
}
