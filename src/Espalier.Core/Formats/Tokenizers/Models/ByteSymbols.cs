namespace Espalier.Formats.Tokenizers;

/// <summary>
/// The printable characters that stand for bytes in byte-level vocabularies (GPT-2): printable Latin-1 bytes stand for themselves,
/// the other 68 take U+0100 and up in order.
/// </summary>
internal static class ByteSymbols
{
    private static readonly char[] Symbols = Build();
    private static readonly Dictionary<char, byte> Bytes = Enumerable.Range(0, 256).ToDictionary(b => Symbols[b], b => (byte)b);

    public static char Of(byte value) => Symbols[value];

    /// <summary>The bytes that a token spells, or null if it holds a character that stands for none.</summary>
    public static byte[]? TryDecode(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i])) return null;
        }
        return bytes;
    }

    private static char[] Build()
    {
        var symbols = new char[256];
        var next = '\u0100';
        for (var b = 0; b < 256; b++)
            symbols[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : next++;
        return symbols;
    }
}
