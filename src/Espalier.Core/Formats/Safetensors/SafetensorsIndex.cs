using System.Text.Json;

namespace Espalier.Formats.Safetensors;

/// <summary>The index of a sharded checkpoint: which file holds which tensor.</summary>
internal static class SafetensorsIndex
{
    private const long MaxBytes = 100_000_000;

    /// <summary>Reads the <c>weight_map</c> of an index file.</summary>
    /// <returns>Tensor name to shard file name; shard names are plain file names.</returns>
    /// <exception cref="InvalidFileException">The index is damaged, or names a file outside its folder.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        using var file = MappedFile.Open(path);
        if (file.Length > MaxBytes) throw new InvalidFileException(path, $"the index has {file.Length} bytes, more than {MaxBytes}");
        try
        {
            return Parse(new Utf8JsonReader(file.Slice(0, (int)file.Length)), path)
                ?? throw new InvalidFileException(path, "the index has no 'weight_map'");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidFileException(path, $"the index is not valid JSON: {e.Message}", inner: e);
        }
    }

    private static Dictionary<string, string>? Parse(Utf8JsonReader reader, string path)
    {
        Dictionary<string, string>? map = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("The index is not an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMap = reader.ValueTextEquals("weight_map"u8);
            reader.Read();
            if (!isMap) reader.Skip();
            else if (map is not null) throw new InvalidFileException(path, "'weight_map' occurs twice");
            else map = ReadMap(ref reader, path);
        }
        if (reader.Read()) throw new JsonException("Text follows the index object.");
        return map;
    }

    private static Dictionary<string, string> ReadMap(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new InvalidFileException(path, "it is not an object", "weight_map");
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var part = $"tensor {NearNames.Quote(name)}";
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) throw new InvalidFileException(path, "its shard is not a string", part);
            var shard = reader.GetString()!;
            if (!IsPlainFileName(shard))
            {
                throw new InvalidFileException(path, $"the shard {NearNames.Quote(shard)} is not a plain file name", part,
                    "Shards must lie in the folder of the index. Do not use this checkpoint unless you trust its source");
            }
            if (!map.TryAdd(name, shard)) throw new InvalidFileException(path, "the name occurs twice in 'weight_map'", part);
        }
        return map;
    }

    // Both separators are refused on every system, and the drive colon of Windows, so that a checkpoint means the same everywhere.
    private static bool IsPlainFileName(string name) =>
        name.Length is > 0 and <= 255 && name is not ("." or "..") && !name.Any(c => c is '/' or '\\' or ':' || char.IsControl(c));
}
