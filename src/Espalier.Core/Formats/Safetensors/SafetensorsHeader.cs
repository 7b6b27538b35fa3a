using System.Buffers.Binary;
using System.Text.Json;

namespace Espalier.Formats.Safetensors;

/// <summary>
/// The header of a safetensors file: eight bytes with the length of the JSON, the JSON, then the data without holes.
/// Everything in it is checked against the file before it is used.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Largest header that the format allows.</summary>
    public const long MaxBytes = 100_000_000;

    private const int LengthBytes = 8;
    private readonly List<SafetensorsTensor> _tensors = [];

    private SafetensorsHeader(long dataStart) => DataStart = dataStart;

    /// <summary>File offset of the first data byte.</summary>
    public long DataStart { get; }

    /// <summary>Tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors => _tensors;

    /// <summary>The <c>__metadata__</c> entries.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="InvalidFileException">The header breaks the format.</exception>
    public static SafetensorsHeader Read(MappedFile file)
    {
        if (file.Length < LengthBytes)
            throw new InvalidFileException(file.Path, $"{file.Length} bytes are too few for a safetensors file");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Slice(0, LengthBytes));
        if (length > MaxBytes)
        {
            throw new InvalidFileException(file.Path, $"the header claims {length} bytes, the format allows {MaxBytes}", "header",
                "Check that this is a safetensors file and that it was downloaded completely");
        }
        if ((long)length > file.Length - LengthBytes)
        {
            throw new InvalidFileException(file.Path,
                $"the header claims {length} bytes but the file ends after {file.Length - LengthBytes}", "header");
        }
        var json = file.Slice(LengthBytes, (int)length);
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new InvalidFileException(file.Path, "the header does not start with '{'", "header", "Check that this is a safetensors file");
        var header = new SafetensorsHeader(LengthBytes + (long)length);
        try
        {
            header.Parse(json, file.Path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid UTF-8 or has half a surrogate pair.
            throw new InvalidFileException(file.Path, $"the header is not valid JSON: {e.Message}", "header", inner: e);
        }
        header.CheckLayout(file);
        return header;
    }

    private void Parse(ReadOnlySpan<byte> json, string path)
    {
        var reader = new Utf8JsonReader(json);
        var names = new HashSet<string>(StringComparer.Ordinal);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name)) throw new InvalidFileException(path, "the name occurs twice in the header", Part(name));
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new InvalidFileException(path, "the entry is not an object", Part(name));
            if (name == "__metadata__") ReadMetadata(ref reader, path);
            else _tensors.Add(SafetensorsTensor.Read(ref reader, name, path));
        }
        if (reader.Read()) throw new JsonException("Text follows the header object.");
    }

    private void ReadMetadata(ref Utf8JsonReader reader, string path)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new InvalidFileException(path, $"the value of {NearNames.Quote(key)} is not a string", "__metadata__");
            if (!Metadata.TryAdd(key, reader.GetString()!))
                throw new InvalidFileException(path, $"the key {NearNames.Quote(key)} occurs twice", "__metadata__");
        }
    }

    // The format demands that the tensors fill the data exactly: no overlap, no hole, nothing behind the last.
    private void CheckLayout(MappedFile file)
    {
        var dataBytes = file.Length - DataStart;
        var ordered = _tensors.OrderBy(t => t.Begin).ThenBy(t => t.End).ToList();
        var position = 0L;
        foreach (var tensor in ordered)
        {
            if (tensor.End > dataBytes)
            {
                throw new InvalidFileException(file.Path,
                    $"its data ends at byte {tensor.End} but the file holds only {dataBytes} data bytes", Part(tensor.Name));
            }
            if (tensor.Begin != position)
            {
                var what = tensor.Begin < position ? "overlaps the data of another tensor" : "leaves unclaimed bytes in front of its data";
                throw new InvalidFileException(file.Path, $"it {what} (begins at {tensor.Begin}, expected {position})", Part(tensor.Name));
            }
            position = tensor.End;
        }
        if (position != dataBytes)
            throw new InvalidFileException(file.Path, $"{dataBytes - position} bytes behind the last tensor belong to nothing", "data");
        _tensors.Clear();
        _tensors.AddRange(ordered);
    }

    private static string Part(string name) => $"tensor {NearNames.Quote(name)}";
}
