using System.Collections.Immutable;

namespace Espalier.Formats.Tokenizers;

/// <summary>What happens after the model: special tokens around the text, white space trimmed off the offsets.</summary>
internal sealed record PostProcessing
{
    public static PostProcessing None { get; } = new();

    /// <summary>Ids in front of the text when special tokens are asked for.</summary>
    public ImmutableArray<int> Prefix { get; init; } = [];

    /// <summary>Ids after the text.</summary>
    public ImmutableArray<int> Suffix { get; init; } = [];

    /// <summary>Whether ranges leave out the white space of their token, asked for or not.</summary>
    public bool TrimOffsets { get; init; }

    /// <summary>Whether the first space is one that the pre-tokenizer added, which has no place in the text.</summary>
    public bool AddPrefixSpace { get; init; }

    /// <summary>Moves the ranges of tokens off leading and trailing white space.</summary>
    public void Adjust(List<TextToken> tokens)
    {
        if (!TrimOffsets) return;
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            var leading = token.Text.TakeWhile(IsSpace).Count();
            var trailing = token.Text.Reverse().TakeWhile(IsSpace).Count();
            if (leading > 0 && AddPrefixSpace && (i == 0 || token.Start == 0)) leading--;
            var start = Math.Min(token.Start + leading, token.End);
            var end = token.End >= trailing ? Math.Max(token.End - trailing, start) : token.End;
            tokens[i] = token with { Start = start, End = end };
        }
    }

    private static bool IsSpace(char c) => c == ByteSymbols.Of((byte)' ') || char.IsWhiteSpace(c);
}
