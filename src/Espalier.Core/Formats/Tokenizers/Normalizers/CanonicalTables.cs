using System.IO.Compression;

namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Canonical decomposition and composition (Unicode Standard Annex 15). <see cref="string.Normalize()"/> does nothing in programs that run
/// with invariant globalisation, and says nothing of where its characters came from; so the tables are here.
/// </summary>
internal static class CanonicalTables
{
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28, SyllableCount = LeadCount * VowelCount * TailCount;

    private static readonly Dictionary<int, (int First, int Second)> Decompositions = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];
    private static readonly Dictionary<int, byte> Classes = [];

    static CanonicalTables()
    {
        using var stream = new DeflateStream(new MemoryStream(Convert.FromBase64String(CanonicalData.Deflated)), CompressionMode.Decompress);
        using var reader = new BinaryReader(stream);
        var codePoint = 0;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var step = reader.Read7BitEncodedInt();
            codePoint += step >> 1;
            var pair = (reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
            Decompositions.Add(codePoint, pair);
            if ((step & 1) == 0) Compositions.Add(pair, codePoint);
        }
        codePoint = 0;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            codePoint += reader.Read7BitEncodedInt();
            Classes.Add(codePoint, (byte)reader.Read7BitEncodedInt());
        }
    }

    /// <summary>Canonical combining class; 0 for starters.</summary>
    public static int CombiningClass(int codePoint) => Classes.GetValueOrDefault(codePoint);

    /// <summary>Appends the full canonical decomposition of a code point.</summary>
    public static void Decompose(int codePoint, List<int> output)
    {
        var syllable = codePoint - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add(LeadBase + syllable / (VowelCount * TailCount));
            output.Add(VowelBase + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount != 0) output.Add(TailBase + syllable % TailCount);
        }
        else if (Decompositions.TryGetValue(codePoint, out var parts))
        {
            Decompose(parts.First, output);
            if (parts.Second != 0) Decompose(parts.Second, output);
        }
        else
        {
            output.Add(codePoint);
        }
    }

    /// <summary>The primary composite of two code points, or -1.</summary>
    public static int Compose(int first, int second)
    {
        if (first - LeadBase is >= 0 and < LeadCount && second - VowelBase is >= 0 and < VowelCount)
            return SyllableBase + ((first - LeadBase) * VowelCount + second - VowelBase) * TailCount;
        if (first - SyllableBase is >= 0 and < SyllableCount && (first - SyllableBase) % TailCount == 0 && second - TailBase is > 0 and < TailCount)
            return first + second - TailBase;
        return Compositions.TryGetValue((first, second), out var composite) ? composite : -1;
    }
}
