using System.Buffers.Binary;
using System.IO.Compression;
using Espalier.Formats.Zip;

namespace Espalier.Data;

/// <summary>
/// Decodes PNG (W3C Recommendation, third edition): all colour types and depths, palettes, transparency, interlacing. Sixteen-bit samples lose their lower
/// byte; palettes become colours; samples of fewer than 8 bits are spread over 0 to 255. Checksums are verified, and no more is decompressed than the size in
/// the header needs.
/// </summary>
internal sealed class PngImage
{
    // First column and row, and steps between columns and rows, of the seven passes of Adam7.
    private static readonly (int X, int Y, int StepX, int StepY)[] s_passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly byte[] _file;
    private readonly Func<string, Exception?, InvalidFileException> _broken;
    private readonly List<Range> _data = [];
    private int _depth, _colour;
    private bool _isInterlaced;
    private readonly byte[] _palette = [], _transparent = [];

    /// <summary>Reads everything but the pixels.</summary>
    /// <param name="file">The whole file, which starts as a PNG does.</param>
    /// <param name="broken">Makes the error about damage.</param>
    public PngImage(byte[] file, Func<string, Exception?, InvalidFileException> broken)
    {
        (_file, _broken) = (file, broken);
        var at = 8;
        while (true)
        {
            if (file.Length - at < 12) throw broken("it is cut off", null);
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12) throw broken("it is cut off", null);
            var body = file.AsSpan(at + 4, (int)length + 4);
            if (Crc32.Append(0, body) != BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + (int)length))) throw broken("a checksum in it is wrong", null);
            if (at == 8 != body.StartsWith("IHDR"u8)) throw broken("its header is not in its place", null);
            if (body.StartsWith("IEND"u8)) break;
            if (at == 8) ReadHeader(body[4..]);
            else if (body.StartsWith("PLTE"u8)) _palette = body[4..].ToArray();
            else if (body.StartsWith("tRNS"u8)) _transparent = body[4..].ToArray();
            else if (body.StartsWith("IDAT"u8)) _data.Add((at + 8)..(at + 8 + (int)length));
            at += 12 + (int)length;
        }
        if (_colour == 3 && (_palette.Length == 0 || _palette.Length % 3 != 0)) throw broken("it has no palette", null);
        if (_colour != 3 && _transparent.Length > 0 && (_colour >= 4 || _transparent.Length != 2 * Samples)) throw broken("its transparent colour is none", null);
        Shape = Shape with { Channels = (_colour == 3 ? 3 : Samples) + (_transparent.Length > 0 ? 1 : 0) };
    }

    /// <summary>Shape after decoding; with a channel for alpha if any pixel may be transparent.</summary>
    public ImageShape Shape { get; private set; }

    private int Samples => _colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>Decodes the pixels, interleaved.</summary>
    public byte[] Decode()
    {
        var pixels = new byte[Shape.Length];
        try
        {
            using var compressed = new MemoryStream(_data.Sum(range => range.GetOffsetAndLength(_file.Length).Length));
            foreach (var range in _data) compressed.Write(_file.AsSpan(range));
            compressed.Position = 0;
            using var stream = new ZLibStream(compressed, CompressionMode.Decompress);
            if (!_isInterlaced) DecodePass(stream, pixels, (0, 0, 1, 1));
            else foreach (var pass in s_passes) DecodePass(stream, pixels, pass);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw _broken("its compressed pixels are damaged or cut off", e);
        }
        return pixels;
    }

    private void ReadHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length != 13) throw _broken("its header is damaged", null);
        long width = BinaryPrimitives.ReadUInt32BigEndian(header), height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        (_depth, _colour, _isInterlaced) = (header[8], header[9], header[12] == 1);
        var isAllowed = _colour switch { 0 => _depth is 1 or 2 or 4 or 8 or 16, 3 => _depth is 1 or 2 or 4 or 8, 2 or 4 or 6 => _depth is 8 or 16, _ => false };
        if (!isAllowed || header[10] != 0 || header[11] != 0 || header[12] > 1) throw _broken("its header is damaged", null);
        Shape = ImageDecoder.Plausible(width, height, _file.Length, pixelsPerByte: 1032 * 8, _broken);
    }

    private void DecodePass(ZLibStream stream, byte[] pixels, (int X, int Y, int StepX, int StepY) pass)
    {
        var width = (Shape.Width - pass.X + pass.StepX - 1) / pass.StepX;
        if (width <= 0) return;
        var bits = Samples * _depth;
        var step = Math.Max(bits / 8, 1);
        var row = new byte[1 + (int)(((long)width * bits + 7) / 8)];
        var above = new byte[row.Length];
        for (var y = pass.Y; y < Shape.Height; y += pass.StepY)
        {
            stream.ReadExactly(row);
            Unfilter(row[0], row.AsSpan(1), above.AsSpan(1), step);
            for (var x = 0; x < width; x++) WritePixel(row.AsSpan(1), x, pixels.AsSpan((y * Shape.Width + pass.X + x * pass.StepX) * Shape.Channels, Shape.Channels));
            (row, above) = (above, row);
        }
    }

    private void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        if (filter > 4) throw _broken("its compressed pixels are damaged", null);
        for (var i = 0; i < row.Length; i++)
        {
            int left = i < step ? 0 : row[i - step], up = above[i], corner = i < step ? 0 : above[i - step];
            row[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int byLeft = Math.Abs(up - corner), byUp = Math.Abs(left - corner), byCorner = Math.Abs(left + up - 2 * corner);
        return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    }

    private void WritePixel(ReadOnlySpan<byte> row, int x, Span<byte> pixel)
    {
        if (_colour == 3)
        {
            var index = Sample(row, x);
            if (3 * index >= _palette.Length) throw _broken("a pixel lies outside its palette", null);
            _palette.AsSpan(3 * index, 3).CopyTo(pixel);
            if (pixel.Length == 4) pixel[3] = index < _transparent.Length ? _transparent[index] : (byte)255;
            return;
        }
        var isTransparent = _transparent.Length > 0;
        for (var s = 0; s < Samples; s++)
        {
            var value = Sample(row, x * Samples + s);
            pixel[s] = (byte)(_depth switch { 16 => value >> 8, 8 => value, _ => value * 255 / ((1 << _depth) - 1) });
            isTransparent = isTransparent && value == BinaryPrimitives.ReadUInt16BigEndian(_transparent.AsSpan(2 * s));
        }
        if (_transparent.Length > 0) pixel[^1] = isTransparent ? (byte)0 : (byte)255;
    }

    private int Sample(ReadOnlySpan<byte> row, int index) => _depth switch
    {
        8 => row[index],
        16 => BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]),
        _ => (row[index * _depth / 8] >> (8 - _depth - index * _depth % 8)) & ((1 << _depth) - 1),
    };
}
