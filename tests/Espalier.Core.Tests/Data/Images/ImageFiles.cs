using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Espalier.Formats.Zip;

namespace Espalier.Core.Tests.Data.Images;

/// <summary>Builds small PNG, NPY, ZIP and IDX files, without the code that reads them.</summary>
internal static class ImageFiles
{
    /// <summary>
    /// A progressive JPEG of 16 x 16 pixels, quality 75, colour at half resolution: red is 20 + 10 x, green 20 + 10 y, blue 100. Another encoder, a port of
    /// libjpeg, wrote it.
    /// </summary>
    public static byte[] ProgressiveJpeg => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/"
        + "2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wgARCAAQABADASIAAhEBAxEB/8QA"
        + "FQABAQAAAAAAAAAAAAAAAAAABAb/xAAVAQEBAAAAAAAAAAAAAAAAAAAAAf/aAAwDAQACEAMQAAABnWLZX//EABYQAAMAAAAAAAAAAAAAAAAAAAACA//aAAgB"
        + "AQABBQJZizFmLM//xAAVEQEBAAAAAAAAAAAAAAAAAAAEAP/aAAgBAwEBPwEqL//EABYRAAMAAAAAAAAAAAAAAAAAAAACA//aAAgBAgEBPwF7n//EABQQAQAA"
        + "AAAAAAAAAAAAAAAAACD/2gAIAQEABj8CH//EABUQAQEAAAAAAAAAAAAAAAAAAABh/9oACAEBAAE/IYooov/aAAwDAQACAAMAAAAQM//EABYRAAMAAAAAAAAA"
        + "AAAAAAAAAAAhMf/aAAgBAwEBPxCLP//EABURAQEAAAAAAAAAAAAAAAAAAABh/9oACAECAQE/ELP/xAAVEAEBAAAAAAAAAAAAAAAAAAAAMf/aAAgBAQABPxCR"
        + "IkSP/9k=");

    /// <summary>An 8-bit PNG.</summary>
    /// <param name="channels">1 grey, 2 grey with alpha, 3 colour, 4 colour with alpha.</param>
    /// <param name="height">Rows in the header.</param>
    /// <param name="width">Columns.</param>
    /// <param name="pixels">Interleaved bytes; may be fewer than the header claims.</param>
    public static byte[] Png(int channels, int height, int width, ReadOnlySpan<byte> pixels)
    {
        using var rows = new MemoryStream();
        for (var rest = pixels; rest.Length > 0; rest = rest[Math.Min(rest.Length, width * channels)..])
        {
            rows.WriteByte(0); // no filter
            rows.Write(rest[..Math.Min(rest.Length, width * channels)]);
        }
        return PngOf(8, channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 }, height, width, rows.ToArray());
    }

    /// <summary>A PNG of any kind.</summary>
    /// <param name="depth">Bits per sample.</param>
    /// <param name="colour">Colour type.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="rows">What is compressed: rows with their filter bytes.</param>
    /// <param name="interlace">1 for Adam7.</param>
    /// <param name="chunks">Chunks before the data.</param>
    public static byte[] PngOf(int depth, int colour, int height, int width, byte[] rows, int interlace = 0, params (string Name, byte[] Content)[] chunks)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colour, (byte)interlace);
        Chunk(file, "IHDR", header);
        foreach (var (name, content) in chunks) Chunk(file, name, content);
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(rows);
        var compressed = data.ToArray();
        Chunk(file, "IDAT", compressed[..(compressed.Length / 2)]);
        Chunk(file, "IDAT", compressed[(compressed.Length / 2)..]);
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>Makes the checksums of a damaged PNG right, as far as its chunks can be followed, so that damage gets past them.</summary>
    public static void RepairChecksums(byte[] png)
    {
        for (var at = 8; png.Length - at >= 12;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            if (length > png.Length - at - 12) return;
            BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(at + 8 + (int)length), Crc32.Append(0, png.AsSpan(at + 4, (int)length + 4)));
            at += 12 + (int)length;
        }
    }

    /// <summary>An NPY file with a header of version 1.</summary>
    public static byte[] Npy(string descr, string shape, ReadOnlySpan<byte> data, bool fortran = false) =>
        NpyOf($"{{'descr': '{descr}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}", data);

    public static byte[] NpyOf(string dictionary, ReadOnlySpan<byte> data)
    {
        var text = Encoding.ASCII.GetBytes((dictionary + new string(' ', 63 - (10 + dictionary.Length) % 64)) + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. data];
    }

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] members)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                var entry = archive.CreateEntry(name, level);
                entry.LastWriteTime = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero); // the same bytes every day, for fuzzing
                using var stream = entry.Open();
                stream.Write(content);
            }
        }
        return file.ToArray();
    }

    public static byte[] Idx(byte type, int[] sizes, ReadOnlySpan<byte> data)
    {
        var bytes = new byte[4 + 4 * sizes.Length + data.Length];
        (bytes[2], bytes[3]) = (type, (byte)sizes.Length);
        for (var i = 0; i < sizes.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), sizes[i]);
        data.CopyTo(bytes.AsSpan(4 + 4 * sizes.Length));
        return bytes;
    }

    public static byte[] Gzip(byte[] content)
    {
        using var file = new MemoryStream();
        using (var stream = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true)) stream.Write(content);
        return file.ToArray();
    }

    /// <summary>0, 1, 2, ...</summary>
    public static byte[] Count(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];

    private static void Chunk(MemoryStream file, string name, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. content];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(0, body)); // held to its published check value in NpzTests
        file.Write(number);
    }
}
