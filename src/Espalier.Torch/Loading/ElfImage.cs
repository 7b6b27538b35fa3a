using System.Buffers.Binary;
using System.Text;

namespace Espalier.Torch.Loading;

/// <summary>
/// The dynamic segment of a 64-bit little-endian ELF file: needed libraries, symbol versions and relocations.
/// It reads what the dynamic loader reads (program headers, not section headers), so stripped files work too.
/// Layouts: System V ABI, ELF-64 object file format; symbol versions: Linux Standard Base, chapter "Symbol Versioning".
/// </summary>
internal sealed class ElfImage
{
    private const long DynamicNeeded = 1, DynamicPltRelSize = 2, DynamicStringTable = 5, DynamicSymbolTable = 6, DynamicRela = 7,
        DynamicRelaSize = 8, DynamicJumpRel = 23, DynamicVersionOfSymbol = 0x6ffffff0, DynamicVersionDefinition = 0x6ffffffc,
        DynamicVersionDefinitionCount = 0x6ffffffd, DynamicVersionNeed = 0x6ffffffe, DynamicVersionNeedCount = 0x6fffffff;

    private readonly byte[] _bytes;
    private readonly string _path;
    private readonly List<(long Address, long Offset, long Size)> _segments = [];
    private readonly List<(long Tag, long Value)> _dynamic = [];

    private ElfImage(byte[] bytes, string path)
    {
        _bytes = bytes;
        _path = path;
        ReadSegments();
    }

    /// <summary>Names of the libraries that the file asks the loader for.</summary>
    public IReadOnlyList<string> Needed => [.. _dynamic.Where(entry => entry.Tag == DynamicNeeded).Select(entry => Name(entry.Value))];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidFileException">The file is not a 64-bit little-endian ELF file, or an offset leaves the file.</exception>
    public static ElfImage Read(string path) => Parse(File.ReadAllBytes(path), path);

    /// <summary>Parses the bytes of a file; <paramref name="path"/> is used in messages only.</summary>
    /// <exception cref="InvalidFileException">The bytes are not a 64-bit little-endian ELF file, or an offset leaves the file.</exception>
    public static ElfImage Parse(byte[] bytes, string path) => new(bytes, path);

    /// <summary>The versions that the file demands of other libraries (<c>.gnu.version_r</c>).</summary>
    public IReadOnlyList<ElfVersionNeed> VersionNeeds()
    {
        var needs = new List<ElfVersionNeed>();
        if (Find(DynamicVersionNeed) is not { } start) return needs;
        var offset = OffsetOf(start);
        for (var left = Find(DynamicVersionNeedCount) ?? 0; left > 0; left--)
        {
            // Verneed: version u16, count u16, file u32, first auxiliary entry u32, next u32.
            var library = Name(UInt32(offset + 4));
            var auxiliary = offset + UInt32(offset + 8);
            for (int count = UInt16(offset + 2); count > 0; count--)
            {
                // Vernaux: hash u32, flags u16, index u16, name u32, next u32.
                needs.Add(new(library, Name(UInt32(auxiliary + 8)), auxiliary + 4, UInt16(auxiliary + 4), UInt16(auxiliary + 6)));
                auxiliary += UInt32(auxiliary + 12);
            }
            offset += UInt32(offset + 12);
        }
        return needs;
    }

    /// <summary>The versions that the file itself defines (<c>.gnu.version_d</c>).</summary>
    public IReadOnlyList<string> VersionDefinitions()
    {
        var names = new List<string>();
        if (Find(DynamicVersionDefinition) is not { } start) return names;
        var offset = OffsetOf(start);
        for (var left = Find(DynamicVersionDefinitionCount) ?? 0; left > 0; left--)
        {
            // Verdef: version, flags, index, count (u16 each), hash u32, first auxiliary entry u32, next u32. The first name is its own.
            names.Add(Name(UInt32(offset + UInt32(offset + 12))));
            offset += UInt32(offset + 16);
        }
        return names;
    }

    /// <summary>Names of the symbols that carry the version index and that a relocation refers to, thus are truly needed.</summary>
    public IReadOnlyList<string> RelocatedSymbols(int versionIndex)
    {
        if (Find(DynamicVersionOfSymbol) is not { } versions || Find(DynamicSymbolTable) is not { } symbols) return [];
        var (versionTable, symbolTable) = (OffsetOf(versions), OffsetOf(symbols));
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (table, size) in new[] { (DynamicRela, DynamicRelaSize), (DynamicJumpRel, DynamicPltRelSize) })
        {
            if (Find(table) is not { } start) continue;
            var offset = OffsetOf(start);
            for (long position = offset, end = offset + (Find(size) ?? 0); position < end; position += 24)
            {
                // Rela: offset u64, info u64 (symbol in the upper half), addend i64. A version of 0x8000 and up is hidden.
                var symbol = UInt32(position + 12);
                if (symbol != 0 && (UInt16(versionTable + 2 * symbol) & 0x7fff) == versionIndex) names.Add(Name(UInt32(symbolTable + 24 * symbol)));
            }
        }
        return [.. names];
    }

    private void ReadSegments()
    {
        if (_bytes.Length < 64 || !_bytes.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8)) throw Invalid("this is not a 64-bit little-endian ELF file");
        long table = Int64(32), entrySize = UInt16(54), count = UInt16(56);
        for (var i = 0L; i < count; i++)
        {
            // Program header: type u32, flags u32, offset, virtual address, physical address, size in file, size in memory, alignment.
            var header = table + i * entrySize;
            var type = UInt32(header);
            var (offset, address, size) = (Int64(header + 8), Int64(header + 16), Int64(header + 32));
            if (type == 1) _segments.Add((address, offset, size));
            if (type != 2) continue;
            for (var entry = offset; entry < offset + size && Int64(entry) != 0; entry += 16) _dynamic.Add((Int64(entry), Int64(entry + 8)));
        }
    }

    private long? Find(long tag)
    {
        foreach (var entry in _dynamic)
        {
            if (entry.Tag == tag) return entry.Value;
        }
        return null;
    }

    private long OffsetOf(long address)
    {
        foreach (var segment in _segments)
        {
            if (address >= segment.Address && address - segment.Address < segment.Size) return address - segment.Address + segment.Offset;
        }
        throw Invalid($"address 0x{address:x} lies in no loaded segment");
    }

    private string Name(long index)
    {
        var start = OffsetOf(Find(DynamicStringTable) ?? throw Invalid("the dynamic segment has no string table")) + index;
        var bytes = Slice(start, 1, toEnd: true);
        var length = bytes.IndexOf((byte)0);
        return length < 0 ? throw Invalid("a name does not end") : Encoding.UTF8.GetString(bytes[..length]);
    }

    private ushort UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(offset, 2));

    private uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(offset, 4));

    private long Int64(long offset) => BinaryPrimitives.ReadInt64LittleEndian(Slice(offset, 8));

    private ReadOnlySpan<byte> Slice(long offset, int length, bool toEnd = false)
    {
        if (offset < 0 || offset > _bytes.Length - length) throw Invalid($"offset {offset} lies outside the file");
        return toEnd ? _bytes.AsSpan((int)offset) : _bytes.AsSpan((int)offset, length);
    }

    private InvalidFileException Invalid(string problem) => new(_path, problem, remedy: "Restore the package that holds this library again");
}
