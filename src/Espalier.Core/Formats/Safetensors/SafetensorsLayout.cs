using System.Buffers.Binary;
using System.Text.Json;

namespace Espalier.Formats.Safetensors;

/// <summary>
/// The layout of a file to be written: header bytes and the place of every tensor. Wider elements come first, so that with a data
/// start that is a multiple of eight every tensor lies at a multiple of its element size.
/// </summary>
internal sealed class SafetensorsLayout
{
    private readonly Dictionary<string, (SafetensorsEntry Entry, long Offset)> _places = new(StringComparer.Ordinal);

    public SafetensorsLayout(IEnumerable<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        var ordered = entries.OrderByDescending(e => Tensors.ElementTypeExtensions.Size(e.Type)).ToList();
        var data = 0L;
        foreach (var entry in ordered)
        {
            if (entry.Name == "__metadata__") throw new EspalierException("a tensor must not be called '__metadata__'", null, "Rename it");
            if (!_places.TryAdd(entry.Name, (entry, data)))
                throw new EspalierException($"the tensor {NearNames.Quote(entry.Name)} was declared twice", null, "Declare it once");
            data = checked(data + entry.ByteLength);
        }
        Header = WriteHeader(ordered, metadata);
        TotalBytes = checked(Header.Length + data);
    }

    /// <summary>Length field and JSON, padded with spaces to a multiple of eight.</summary>
    public byte[] Header { get; }

    /// <summary>Size of the whole file.</summary>
    public long TotalBytes { get; }

    /// <summary>Names of all tensors.</summary>
    public IEnumerable<string> Names => _places.Keys;

    /// <summary>A tensor's entry and its file offset.</summary>
    public bool TryFind(string name, out SafetensorsEntry entry, out long fileOffset)
    {
        var found = _places.TryGetValue(name, out var place);
        entry = place.Entry;
        fileOffset = Header.Length + place.Offset;
        return found;
    }

    private byte[] WriteHeader(List<SafetensorsEntry> ordered, IReadOnlyDictionary<string, string> metadata)
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[8]);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach (var entry in ordered) WriteEntry(json, entry, _places[entry.Name].Offset);
            json.WriteEndObject();
        }
        while (stream.Length % 8 != 0) stream.WriteByte((byte)' ');
        if (stream.Length - 8 > SafetensorsHeader.MaxBytes)
        {
            throw new EspalierException($"the header has {stream.Length} bytes, the format allows {SafetensorsHeader.MaxBytes}",
                null, "Write shards");
        }
        var bytes = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - 8);
        return bytes;
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry entry, long offset)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", SafetensorsTypes.Name(entry.Type));
        json.WriteStartArray("shape");
        foreach (var size in entry.Shape.AsSpan()) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + entry.ByteLength);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
