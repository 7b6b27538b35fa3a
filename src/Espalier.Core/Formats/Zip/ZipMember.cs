using System.Buffers.Binary;
using System.IO.Compression;

namespace Espalier.Formats.Zip;

/// <summary>One file inside a mapped ZIP file. Safe to read from several threads.</summary>
internal sealed class ZipMember(MappedFile file, string name)
{
    private const int HeaderBytes = 30;
    private const uint HeaderMark = 0x04034B50;
    private const ushort StoredMethod = 0, DeflateMethod = 8;

    // Deflate cannot do better than 258 bytes for two bits.
    private const long LargestRatio = 1032;

    /// <summary>Path inside the archive.</summary>
    public string Name { get; } = name;

    /// <summary>The archive's path.</summary>
    public string Archive => file.Path;

    /// <summary>Length of the content, as the directory claims it.</summary>
    public required long Length { get; init; }

    /// <summary>Length in the archive.</summary>
    public required long StoredLength { get; init; }

    /// <summary>Place of the local header.</summary>
    public required long HeaderOffset { get; init; }

    /// <summary>CRC-32 of the content.</summary>
    public required uint Checksum { get; init; }

    /// <summary>Compression method by its number.</summary>
    public required ushort Method { get; init; }

    /// <summary>General purpose flags.</summary>
    public required ushort Flags { get; init; }

    /// <summary>True when the content lies in the archive as it is.</summary>
    public bool IsStored => Method == StoredMethod;

    /// <summary>Offset of the first byte in the archive, after all claims about sizes were checked.</summary>
    /// <exception cref="InvalidFileException">The member is damaged, encrypted, or of another compression than deflate.</exception>
    public long Locate()
    {
        if ((Flags & 1) != 0) throw Broken("the member is encrypted", "Save the archive without a password");
        if (Method is not (StoredMethod or DeflateMethod)) throw Broken($"the member is compressed by method {Method}", "Save it stored or deflated");
        if (HeaderOffset < 0 || StoredLength < 0 || Length < 0 || HeaderOffset > file.Length - HeaderBytes) throw Broken("its place lies outside the archive");
        var header = file.Slice(HeaderOffset, HeaderBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != HeaderMark) throw Broken("its header is damaged");
        var start = HeaderOffset + HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (start > file.Length - StoredLength) throw Broken($"it claims {StoredLength} bytes from {start} on, but the archive has {file.Length}");
        if (IsStored && Length != StoredLength) throw Broken($"it is stored as it is in {StoredLength} bytes, but claims to have {Length}");
        if (Length > (StoredLength + 1) * (double)LargestRatio) throw Broken($"it claims that {StoredLength} bytes decompress to {Length}, which deflate cannot do");
        return start;
    }

    /// <summary>The content, checked against its checksum.</summary>
    /// <param name="limit">Most bytes that are plausible.</param>
    /// <exception cref="InvalidFileException">The member is damaged or too large.</exception>
    public byte[] ReadAll(int limit)
    {
        if (Length > limit) throw Broken($"it has {Length} bytes, more than the {limit} that are read at once");
        var bytes = ReadStart((int)Length, out var more);
        if (more) throw Broken($"it decompresses to more than the {Length} bytes that it claims");
        if (Crc32.Append(0, bytes) != Checksum) throw Broken("its checksum is wrong");
        return bytes;
    }

    /// <summary>The first bytes of the content, unchecked.</summary>
    /// <param name="count">How many; fewer when the content ends before.</param>
    public byte[] ReadStart(int count) => ReadStart((int)Math.Min(count, Length), out _);

    private byte[] ReadStart(int count, out bool more)
    {
        var start = Locate();
        more = false;
        if (IsStored) return file.Slice(start, count).ToArray();
        var bytes = new byte[count];
        try
        {
            using var stream = Inflate(start);
            stream.ReadExactly(bytes);
            more = stream.ReadByte() >= 0;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Broken("its compressed content is damaged or cut off", inner: e);
        }
        return bytes;
    }

    /// <summary>An error about this member.</summary>
    public InvalidFileException Broken(string problem, string? remedy = null, Exception? inner = null) => new(Archive, problem, $"member {NearNames.Quote(Name)}", remedy, inner);

    private unsafe DeflateStream Inflate(long start) => new(StoredLength == 0 ? Stream.Null : new UnmanagedMemoryStream((byte*)file.AddressOf(start), StoredLength), CompressionMode.Decompress);
}
