using System.Buffers.Binary;
using System.Text;
using Espalier.Formats.Zip;
using Espalier.Tensors;

namespace Espalier.Formats.Numpy;

/// <summary>Writes small NPZ files that <c>numpy.load</c> opens: stored members, row-major, up to 4 GB in all.</summary>
public static class NpzWriter
{
    private const int Alignment = 64, LocalBytes = 30, ChunkBytes = 1 << 20;

    /// <summary>Writes arrays so that the file appears complete or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arrays">Names without <c>.npy</c>, and data.</param>
    /// <exception cref="UsageException">A name occurs twice, NumPy lacks an element type, or there is too much data.</exception>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<KeyValuePair<string, TensorData>> arrays)
    {
        if (arrays.Select(pair => pair.Key).Distinct(StringComparer.Ordinal).Count() < arrays.Count) throw new UsageException("two arrays have the same name", path, "Give each a name of its own");
        if (arrays.Count >= ushort.MaxValue) throw new UsageException($"{arrays.Count} arrays are too many", path, "Write several files, or safetensors");
        var total = arrays.Sum(pair => pair.Value.ByteLength + pair.Key.Length * 8L + 512); // more than names and headers need
        if (total > uint.MaxValue) throw new UsageException($"the arrays need {total} bytes, but this file format is written up to 4 GB only", path, "Write safetensors");
        using var file = new AtomicFile(path, total);
        using var directory = new MemoryStream();
        var at = 0L;
        foreach (var (name, data) in arrays)
        {
            var entry = new Entry(Encoding.UTF8.GetBytes($"{name}.npy"), Header(path, name, data), (uint)at);
            at = WriteMember(file, entry, data);
            directory.Write(entry.InDirectory());
        }
        file.Write(at, directory.ToArray());
        var end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)arrays.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)arrays.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)at);
        file.Write(at + directory.Length, end);
        file.Publish();
    }

    private static long WriteMember(AtomicFile file, Entry entry, TensorData data)
    {
        var at = entry.Offset + LocalBytes + entry.Name.Length;
        file.Write(at, entry.Header);
        at += entry.Header.Length;
        var crc = Crc32.Append(0, entry.Header);
        var chunk = new byte[Math.Min(ChunkBytes, data.ByteLength)];
        for (var done = 0L; done < data.ByteLength;)
        {
            var part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, data.ByteLength - done));
            data.CopyBytes(done, part);
            crc = Crc32.Append(crc, part);
            file.Write(at + done, part);
            done += part.Length;
        }
        (entry.Checksum, entry.Length) = (crc, (uint)(entry.Header.Length + data.ByteLength));
        file.Write(entry.Offset, entry.InFront());
        return at + data.ByteLength;
    }

    private static byte[] Header(string path, string name, TensorData data)
    {
        var type = NpyTypes.Format(data.ElementType)
            ?? throw new UsageException($"NumPy has no type for {data.ElementType}, which '{name}' has", path, "Convert it to F32, or write safetensors");
        var sizes = data.Shape.ToArray();
        var text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Join(", ", sizes)}{(sizes.Length == 1 ? "," : "")}), }}";
        var padded = (10 + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var header = new byte[padded];
        header.AsSpan().Fill((byte)' ');
        ReadOnlySpan<byte> start = [0x93, .. "NUMPY"u8, 1, 0];
        start.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(padded - 10));
        Encoding.ASCII.GetBytes(text, header.AsSpan(10));
        header[^1] = (byte)'\n';
        return header;
    }

    /// <summary>One member, as it stands in front of the data and in the directory.</summary>
    private sealed class Entry(byte[] name, byte[] header, uint offset)
    {
        private const ushort Version = 20, Utf8 = 1 << 11, Date1980 = 0x21;

        public byte[] Name => name;

        public byte[] Header => header;

        public uint Offset => offset;

        public uint Checksum { get; set; }

        public uint Length { get; set; }

        public byte[] InFront()
        {
            var bytes = new byte[LocalBytes + name.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, 0x04034B50);
            WriteCommon(bytes.AsSpan(4));
            name.CopyTo(bytes, LocalBytes);
            return bytes;
        }

        public byte[] InDirectory()
        {
            var bytes = new byte[46 + name.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, 0x02014B50);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), Version);
            WriteCommon(bytes.AsSpan(6));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(42), offset);
            name.CopyTo(bytes, 46);
            return bytes;
        }

        // Version, flags, method (0: stored), time, date, checksum, both lengths, length of the name.
        private void WriteCommon(Span<byte> bytes)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, Version);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], Utf8);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], Date1980);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[10..], Checksum);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[14..], Length);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[18..], Length);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[22..], (ushort)name.Length);
        }
    }
}
