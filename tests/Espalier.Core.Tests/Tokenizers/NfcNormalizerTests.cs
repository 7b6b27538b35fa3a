using System.Security.Cryptography;
using System.Text;
using Espalier.Formats.Tokenizers;
using Xunit;

namespace Espalier.Core.Tests.Tokenizers;

/// <summary>Truth: hashes of what CPython 3.13's unicodedata (Unicode 15.1) makes of the same strings, and offsets worked out by hand.</summary>
public sealed class NfcNormalizerTests
{
    private static readonly int[] Pool =
    [
        0x61, 0x65, 0x41, 0x4f, 0x75, 0xe9, 0x1ea4, 0x1100, 0x1161, 0x11a8, 0xac00, 0xac01, 0x0915, 0x093c, 0x0929, 0x3042, 0x3099, 0x1d157, 0x1d165, 0x0300,
        0x0301, 0x0302, 0x0308, 0x0323, 0x0327, 0x031b, 0x0338, 0x0345, 0x05b0, 0x05bc, 0x064b, 0x0651, 0x0f71, 0x0f72, 0x212b, 0x2126, 0x0344, 0x11099, 0x110ba, 0x20,
    ];

    [Fact]
    public void Every_code_point_alone()
    {
        var text = new StringBuilder();
        for (var c = 1; c < 0x110000; c++)
        {
            if (c is < 0xD800 or > 0xDFFF) text.Append(Nfc(char.ConvertFromUtf32(c))).Append('\n');
        }
        Assert.Equal("f35be9e222328926e6c1c8d064c0146fe0c6537f7937a0e654b893c7b78fa41f", Hash(text));
    }

    [Fact]
    public void Fifty_thousand_random_strings_of_awkward_characters()
    {
        var text = new StringBuilder();
        var state = 12345u;
        for (var n = 0; n < 50_000; n++)
        {
            var part = new StringBuilder();
            for (var left = 1 + Next(ref state) % 12; left > 0; left--) part.Append(char.ConvertFromUtf32(Pool[Next(ref state) % Pool.Length]));
            text.Append(Nfc(part.ToString())).Append('\n');
        }
        Assert.Equal("8580a1dcecc671f7398287e9cae8a58e9ce467909c6fbd2de65d7a3075fc0555", Hash(text));
    }

    [Theory]
    [InlineData("xe\u0301y", "x\u00E9y", new[] { 0, 1, 3 }, new[] { 1, 2, 4 })] // composed: the base's range
    [InlineData("\u0344", "\u0308\u0301", new[] { 0, 0 }, new[] { 1, 1 })] // taken apart: both parts the whole
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", new[] { 0, 0, 0, 0 }, new[] { 2, 2, 2, 2 })]
    public void Offsets_lead_back_to_the_original(string text, string expected, int[] starts, int[] ends)
    {
        var result = new NfcNormalizer().Apply(TextSpan.Whole(new AlignedText(text)));
        Assert.Equal(expected, result.Chars.ToString());
        Assert.Equal(starts, Enumerable.Range(0, result.Length).Select(result.OriginalStart));
        Assert.Equal(ends, Enumerable.Range(1, result.Length).Select(result.OriginalEnd));
    }

    private static int Next(ref uint state) => (int)((state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16);

    private static string Nfc(string text) => new NfcNormalizer().Apply(TextSpan.Whole(new AlignedText(text))).Chars.ToString();

    private static string Hash(StringBuilder text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
}
