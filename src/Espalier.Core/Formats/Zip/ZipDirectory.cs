using System.Buffers.Binary;
using System.Text;

namespace Espalier.Formats.Zip;

/// <summary>
/// The members of a mapped ZIP file (PKWARE APPNOTE 6.3.10, with ZIP64). Unlike the archive class of .NET it tells where a stored member lies, so that it
/// can be used in place, and it may be read from several threads. Ranges are checked against the file before they are used.
/// </summary>
internal static class ZipDirectory
{
    private const int EndBytes = 22, LocatorBytes = 20, End64Bytes = 56, EntryBytes = 46;
    private const uint EndMark = 0x06054B50, LocatorMark = 0x07064B50, End64Mark = 0x06064B50, EntryMark = 0x02014B50;

    /// <summary>All members that are files, in the order of the directory.</summary>
    /// <exception cref="InvalidFileException">The directory is damaged, or names a member twice.</exception>
    public static List<ZipMember> Read(MappedFile file)
    {
        var (offset, size, count) = FindDirectory(file);
        if (offset < 0 || size < 0 || offset > file.Length - size || size > int.MaxValue)
            throw Broken(file, $"the directory claims the {size} bytes from {offset}, but the file has {file.Length}");
        if (count > size / EntryBytes) throw Broken(file, $"the directory claims {count} members in {size} bytes");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var members = new List<ZipMember>((int)count);
        var rest = file.Slice(offset, (int)size);
        for (long i = 0; i < count; i++)
        {
            var member = ReadEntry(file, ref rest);
            if (member.Name.EndsWith('/')) continue;
            if (!names.Add(member.Name)) throw Broken(file, $"the name {NearNames.Quote(member.Name)} occurs twice");
            members.Add(member);
        }
        return members;
    }

    private static (long Offset, long Size, long Count) FindDirectory(MappedFile file)
    {
        var tailLength = (int)Math.Min(file.Length, EndBytes + ushort.MaxValue);
        var tail = file.Slice(file.Length - tailLength, tailLength);
        for (var at = tailLength - EndBytes; at >= 0; at--)
        {
            var end = tail[at..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndMark || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != end.Length - EndBytes) continue;
            long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]), size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]), offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
            return count == ushort.MaxValue || size == uint.MaxValue || offset == uint.MaxValue
                ? FindDirectory64(file, file.Length - tailLength + at) ?? (offset, size, count)
                : (offset, size, count);
        }
        throw Broken(file, "there is no directory at the end of the ZIP file");
    }

    private static (long Offset, long Size, long Count)? FindDirectory64(MappedFile file, long end)
    {
        if (end < LocatorBytes) return null;
        var locator = file.Slice(end - LocatorBytes, LocatorBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorMark) return null;
        var at = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        if (at < 0 || at > file.Length - End64Bytes) throw Broken(file, $"the ZIP64 directory is said to end at {at}, but the file has {file.Length} bytes");
        var record = file.Slice(at, End64Bytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != End64Mark) throw Broken(file, $"there is no ZIP64 directory record at {at}");
        var count = BinaryPrimitives.ReadInt64LittleEndian(record[32..]);
        if (count < 0) throw Broken(file, "the directory claims a negative number of members");
        return (BinaryPrimitives.ReadInt64LittleEndian(record[48..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]), count);
    }

    private static ZipMember ReadEntry(MappedFile file, ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < EntryBytes || BinaryPrimitives.ReadUInt32LittleEndian(rest) != EntryMark) throw Broken(file, "an entry of the directory is damaged");
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]), extraLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]), commentLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
        if (rest.Length - EntryBytes < nameLength + extraLength + commentLength) throw Broken(file, "the last entry of the directory is cut off");
        var name = Encoding.UTF8.GetString(rest.Slice(EntryBytes, nameLength));
        long stored = BinaryPrimitives.ReadUInt32LittleEndian(rest[20..]), length = BinaryPrimitives.ReadUInt32LittleEndian(rest[24..]), offset = BinaryPrimitives.ReadUInt32LittleEndian(rest[42..]);
        ReadExtra64(rest.Slice(EntryBytes + nameLength, extraLength), ref length, ref stored, ref offset);
        var member = new ZipMember(file, name)
        {
            Flags = BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]),
            Method = BinaryPrimitives.ReadUInt16LittleEndian(rest[10..]),
            Checksum = BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]),
            StoredLength = stored,
            Length = length,
            HeaderOffset = offset,
        };
        rest = rest[(EntryBytes + nameLength + extraLength + commentLength)..];
        return member;
    }

    // The extra field 1 holds, in this order, those of the three numbers that do not fit 32 bits.
    private static void ReadExtra64(ReadOnlySpan<byte> extra, ref long length, ref long stored, ref long offset)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra), size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4) return;
            if (id == 1)
            {
                var field = extra.Slice(4, size);
                Take(ref field, ref length);
                Take(ref field, ref stored);
                Take(ref field, ref offset);
                return;
            }
            extra = extra[(4 + size)..];
        }
    }

    private static void Take(ref ReadOnlySpan<byte> field, ref long number)
    {
        if (number != uint.MaxValue || field.Length < 8) return;
        number = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[8..];
    }

    private static InvalidFileException Broken(MappedFile file, string problem) => new(file.Path, problem);
}
