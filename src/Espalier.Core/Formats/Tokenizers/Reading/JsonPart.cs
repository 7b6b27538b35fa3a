using System.Text.Json;

namespace Espalier.Formats.Tokenizers;

/// <summary>A value inside a JSON file that knows where it stands, so that every complaint names file and key.</summary>
internal readonly record struct JsonPart(string File, string Path, JsonElement Element)
{
    /// <summary>Parses a file's content.</summary>
    public static JsonPart Parse(string file, ReadOnlyMemory<byte> content)
    {
        try
        {
            // The element outlives the document: it is cloned off the pooled buffer.
            using var document = JsonDocument.Parse(SkipMark(content));
            return new JsonPart(file, "", document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new InvalidFileException(file, $"the JSON cannot be parsed: {e.Message}", inner: e);
        }
    }

    /// <summary>A key that must be there.</summary>
    public JsonPart Get(string key) => TryGet(key) ?? throw new InvalidFileException(File, "the key is missing or null", Join(key));

    /// <summary>A key that may be missing or null.</summary>
    public JsonPart? TryGet(string key)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Wrong("an object");
        try
        {
            return Element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? new JsonPart(File, Join(key), value) : null;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidFileException(File, "a key is not valid Unicode", Path, inner: e);
        }
    }

    public string AsString()
    {
        if (Element.ValueKind != JsonValueKind.String) throw Wrong("a string");
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidFileException(File, "the string is not valid Unicode", Path, inner: e);
        }
    }

    public bool AsBool() =>
        Element.ValueKind is JsonValueKind.True or JsonValueKind.False ? Element.GetBoolean() : throw Wrong("true or false");

    /// <summary>A whole number from 0 to <paramref name="max"/>.</summary>
    public int AsCount(int max = int.MaxValue)
    {
        if (Element.ValueKind != JsonValueKind.Number || !Element.TryGetInt32(out var value)) throw Wrong("a whole number");
        return value >= 0 && value <= max ? value : throw new InvalidFileException(File, $"the number {value} is not between 0 and {max}", Path);
    }

    public float AsSingle() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetSingle(out var value) && float.IsFinite(value) ? value : throw Wrong("a number");

    public bool BoolOr(string key, bool otherwise) => TryGet(key)?.AsBool() ?? otherwise;

    public string? StringOrNull(string key) => TryGet(key)?.AsString();

    public IEnumerable<JsonPart> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array) throw Wrong("a list");
        return Enumerate(this);

        static IEnumerable<JsonPart> Enumerate(JsonPart part)
        {
            var index = 0;
            foreach (var item in part.Element.EnumerateArray()) yield return new JsonPart(part.File, $"{part.Path}[{index++}]", item);
        }
    }

    public IEnumerable<(string Key, JsonPart Value)> Entries()
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Wrong("an object");
        return Enumerate(this);

        static IEnumerable<(string, JsonPart)> Enumerate(JsonPart part)
        {
            foreach (var property in part.Element.EnumerateObject())
            {
                var name = NameOf(part, property);
                yield return (name, new JsonPart(part.File, part.Join(name), property.Value));
            }
        }
    }

    /// <summary>An error that names this value.</summary>
    public InvalidFileException Error(string problem) => new(File, problem, Path.Length == 0 ? null : Path);

    private InvalidFileException Wrong(string wanted) => Error($"{wanted} is expected here, not {Element.ValueKind}");

    private static string NameOf(JsonPart part, JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidFileException(part.File, "a key is not valid Unicode", part.Path, inner: e);
        }
    }

    private static ReadOnlyMemory<byte> SkipMark(ReadOnlyMemory<byte> content) =>
        content.Span.StartsWith("\uFEFF"u8) ? content[3..] : content;

    private string Join(string key) => Path.Length == 0 ? key : $"{Path}.{key}";
}
