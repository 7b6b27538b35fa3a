using System.Buffers.Binary;

namespace Espalier.Data;

/// <summary>
/// Checks the markers of a JPEG file (ITU-T T.81, annex B) before a decoder sees it, because decoders may loop or take much memory on files that are cut off or
/// invented. Baseline, extended and progressive Huffman coding with 8 bits per sample pass.
/// </summary>
internal static class JpegStructure
{
    private const byte EndOfImage = 0xD9, StartOfScan = 0xDA, HuffmanTables = 0xC4, Lines = 0xDC;

    /// <summary>Reads the shape and finds the end.</summary>
    /// <param name="file">The whole file, which starts as a JPEG does.</param>
    /// <param name="broken">Makes the error about damage.</param>
    /// <returns>The shape, and the length up to and with the end mark; what follows is no part of the image.</returns>
    public static (ImageShape Shape, int Length) Read(ReadOnlySpan<byte> file, Func<string, Exception?, InvalidFileException> broken)
    {
        ImageShape? shape = null;
        var (at, hasScan) = (2, false);
        while (true)
        {
            if (at < file.Length && file[at] != 0xFF) throw broken("a marker in it is damaged", null);
            while (at < file.Length && file[at] == 0xFF) at++;
            if (at >= file.Length) throw broken("it is cut off", null);
            var marker = file[at++];
            if (marker == EndOfImage) return hasScan ? (shape!.Value, at) : throw broken("it holds no pixels", null);
            if (marker is < 0xC0 or (>= 0xD0 and <= 0xD8)) throw broken("a marker in it is damaged", null);
            if (file.Length - at < 2) throw broken("it is cut off", null);
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (length < 2 || length > file.Length - at) throw broken("it is cut off", null);
            var body = file.Slice(at + 2, length - 2);
            at += length;
            if (marker is >= 0xC0 and <= 0xCF and not (HuffmanTables or 0xC8 or 0xCC))
            {
                if (shape is not null) throw broken("it has two headers", null);
                shape = ReadFrame(marker, body, file.Length, broken);
            }
            else if (marker is Lines) throw broken("it states its height after its pixels, which is not decoded", null);
            else if (marker == StartOfScan)
            {
                if (shape is null) throw broken("its pixels stand before its header", null);
                hasScan = true;
                at = EndOfScan(file, at, broken);
            }
        }
    }

    private static ImageShape ReadFrame(byte marker, ReadOnlySpan<byte> body, int fileLength, Func<string, Exception?, InvalidFileException> broken)
    {
        if (marker > 0xC2) throw broken("its coding (lossless, hierarchical or arithmetic) is not decoded", null);
        if (body.Length < 6 || body.Length != 6 + 3 * body[5]) throw broken("its header is damaged", null);
        if (body[0] != 8) throw broken($"its samples have {body[0]} bits; 8 are decoded", null);
        if (body[5] is not (1 or 3)) throw broken($"it has {body[5]} components; grey and colour are decoded, CMYK is not", null);
        // A block of 64 pixels takes a bit at least.
        return ImageDecoder.Plausible(BinaryPrimitives.ReadUInt16BigEndian(body[3..]), BinaryPrimitives.ReadUInt16BigEndian(body[1..]), fileLength, 64 * 8, broken) with { Channels = body[5] };
    }

    // Within a scan only restart marks (D0 to D7) and stuffed zeros follow FF.
    private static int EndOfScan(ReadOnlySpan<byte> file, int at, Func<string, Exception?, InvalidFileException> broken)
    {
        while (true)
        {
            var next = file[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= file.Length) throw broken("it is cut off", null);
            at += next;
            if (file[at + 1] is not (0 or (>= 0xD0 and <= 0xD7))) return at;
            at += 2;
        }
    }
}
