using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>What a BPE model is made of beside vocabulary and merges.</summary>
internal sealed record BpeOptions
{
    /// <summary>Words are sequences of UTF-8 bytes written as <see cref="ByteSymbols"/>, not of characters.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>A character that is not in the vocabulary becomes tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A word that is in the vocabulary is its token, whatever the merges would give.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>A run of unknown characters is one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>The token for unknown characters; without one they are left out, as the reference does.</summary>
    public int? UnknownId { get; init; }
}

/// <summary>
/// Byte-pair encoding of one word. Written here, not taken from Microsoft.ML.Tokenizers, because the results have to be exact: offsets of
/// tokens that hold part of a character, ignore_merges, fused unknowns, byte fallback before the merges, and words as long as a book.
/// </summary>
internal sealed class BpeModel
{
    private readonly BpeOptions options;
    private readonly int[] byteIds = new int[256];

    public BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options)
    {
        Vocabulary = vocabulary;
        Merges = merges;
        this.options = options;
        for (var b = 0; b < 256; b++)
            byteIds[b] = vocabulary.IdOf(options.ByteLevel ? ByteSymbols.Of((byte)b).ToString() : $"<0x{b:X2}>");
    }

    public Vocabulary Vocabulary { get; }

    public MergeTable Merges { get; }

    public int? UnknownId => options.UnknownId;

    /// <summary>Replaces the content of <paramref name="output"/> by the tokens of a word.</summary>
    public void Tokenize(ReadOnlySpan<char> word, BpeMerger merger, List<BpeSymbol> output)
    {
        output.Clear();
        if (options.IgnoreMerges)
        {
            var whole = Vocabulary.IdOf(options.ByteLevel ? Spell(word) : word);
            if (whole >= 0)
            {
                output.Add(new BpeSymbol(whole, 0, word.Length));
                return;
            }
        }
        AddCharacters(word, output);
        merger.Merge(output);
    }

    private void AddCharacters(ReadOnlySpan<char> word, List<BpeSymbol> output)
    {
        Span<byte> utf8 = stackalloc byte[4];
        Span<char> units = stackalloc char[2];
        var inUnknown = false;
        for (var i = 0; i < word.Length;)
        {
            Rune.DecodeFromUtf16(word[i..], out var rune, out var length);
            var bytes = utf8[..rune.EncodeToUtf8(utf8)];
            var end = i + length;
            if (options.ByteLevel)
            {
                foreach (var value in bytes) AddOrUnknown(byteIds[value], i, end, ref inUnknown, output);
            }
            else
            {
                var id = Vocabulary.IdOf(units[..rune.EncodeToUtf16(units)]);
                if (id < 0 && options.ByteFallback && HasAll(bytes))
                {
                    foreach (var value in bytes) AddOrUnknown(byteIds[value], i, end, ref inUnknown, output);
                }
                else
                {
                    AddOrUnknown(id, i, end, ref inUnknown, output);
                }
            }
            i = end;
        }
    }

    private void AddOrUnknown(int id, int start, int end, ref bool inUnknown, List<BpeSymbol> output)
    {
        if (id >= 0) output.Add(new BpeSymbol(id, start, end));
        else if (options.UnknownId is not { } unknown) return;
        else if (inUnknown && options.FuseUnknown) output[^1] = new BpeSymbol(unknown, output[^1].Start, end);
        else output.Add(new BpeSymbol(unknown, start, end));
        inUnknown = id < 0;
    }

    private bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (byteIds[value] < 0) return false;
        }
        return true;
    }

    private static string Spell(ReadOnlySpan<char> word)
    {
        var spelled = new StringBuilder(word.Length + 8);
        foreach (var value in Encoding.UTF8.GetBytes(word.ToArray())) spelled.Append(ByteSymbols.Of(value));
        return spelled.ToString();
    }
}
