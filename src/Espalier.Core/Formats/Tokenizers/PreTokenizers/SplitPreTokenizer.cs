namespace Espalier.Formats.Tokenizers;

/// <summary>What becomes of the matches of a splitting pattern.</summary>
internal enum SplitBehavior
{
    /// <summary>A match is left out.</summary>
    Removed,

    /// <summary>A match is a word of its own.</summary>
    Isolated,

    /// <summary>A match ends the word before it.</summary>
    MergedWithPrevious,

    /// <summary>A match begins the word after it.</summary>
    MergedWithNext,

    /// <summary>Adjacent matches together are a word.</summary>
    Contiguous,
}

/// <summary>Splits at the matches of a pattern, or between them when inverted.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    private readonly record struct Part(int Start, int End, bool IsMatch);

    public override void Split(TextSpan text, List<TextSpan> output)
    {
        var words = new List<Part>();
        var lastWasMatch = false;
        foreach (var part in Parts(text))
        {
            var joins = words.Count > 0 && behavior switch
            {
                SplitBehavior.MergedWithPrevious => part.IsMatch && !lastWasMatch,
                // Of several matches in a row only the last is joined to what follows.
                SplitBehavior.MergedWithNext => !part.IsMatch && lastWasMatch,
                SplitBehavior.Contiguous => part.IsMatch == lastWasMatch,
                _ => false,
            };
            if (joins) words[^1] = words[^1] with { End = part.End };
            else if (behavior != SplitBehavior.Removed || !part.IsMatch) words.Add(part);
            lastWasMatch = part.IsMatch;
        }
        foreach (var word in words) output.Add(text.Slice(word.Start, word.End));
    }

    // The text as matches and what lies between them, without empty parts.
    private List<Part> Parts(TextSpan text)
    {
        var parts = new List<Part>();
        var chars = text.Chars;
        var done = 0;
        while (done < chars.Length && pattern.TryMatch(chars, done, out var start, out var end))
        {
            if (start > done) parts.Add(new Part(done, start, invert));
            parts.Add(new Part(start, end, !invert));
            done = end;
        }
        if (done < chars.Length) parts.Add(new Part(done, chars.Length, invert));
        return parts;
    }
}
