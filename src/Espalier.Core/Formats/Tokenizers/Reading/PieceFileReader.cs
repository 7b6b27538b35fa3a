using System.Buffers.Binary;
using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>Reads tok*.bin of llama2.c: the longest length (int32), then per piece score (float32), length (int32) and UTF-8 bytes,
/// little-endian.</summary>
internal static class PieceFileReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static TextTokenizer Read(string file, ReadOnlySpan<byte> content, string identity)
    {
        var pieces = new List<string>();
        var scores = new List<float>();
        if (content.Length < 4) throw new InvalidFileException(file, "the file ends within its header");
        for (var at = 4; at < content.Length;)
        {
            var where = $"piece {pieces.Count}";
            if (content.Length - at < 8) throw new InvalidFileException(file, "the file ends within a piece", where);
            var score = BinaryPrimitives.ReadSingleLittleEndian(content[at..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(content[(at + 4)..]);
            at += 8;
            if (length < 0 || length > content.Length - at)
                throw new InvalidFileException(file, $"a piece of {length} bytes does not fit", where);
            if (!float.IsFinite(score)) throw new InvalidFileException(file, "the score is not a number", where);
            try
            {
                pieces.Add(Strict.GetString(content.Slice(at, length)));
            }
            catch (DecoderFallbackException e)
            {
                throw new InvalidFileException(file, "the piece is not valid UTF-8", where, inner: e);
            }
            scores.Add(score);
            at += length;
        }
        return PieceTokenizer.Create(file, pieces, scores, identity);
    }
}
