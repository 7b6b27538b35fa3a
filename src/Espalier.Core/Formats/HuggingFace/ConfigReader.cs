using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Espalier.Formats.HuggingFace;

/// <summary>
/// Reads a checkpoint's <c>config.json</c> strictly: a key that no builder asked for and that is not known to be harmless is refused by name,
/// because it may change the mathematics. A key whose value is null counts as absent.
/// </summary>
public sealed class ConfigReader
{
    private const int MaxBytes = 1 << 24;

    private readonly JsonObject _root;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>Wraps a parsed object.</summary>
    /// <param name="file">Path, for messages.</param>
    /// <param name="root">The object; not copied.</param>
    public ConfigReader(string file, JsonObject root)
    {
        File = file;
        _root = root;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidFileException">The file is not a JSON object, is cut off, states a key twice, or is unreasonably large.</exception>
    /// <exception cref="EspalierException">The file cannot be opened.</exception>
    public static ConfigReader Open(string path)
    {
        try
        {
            using var stream = System.IO.File.OpenRead(path);
            if (stream.Length > MaxBytes) throw new InvalidFileException(path, $"it has {stream.Length} bytes, a configuration has at most {MaxBytes}");
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            if (JsonNode.Parse(stream, documentOptions: options) is not JsonObject root) throw new InvalidFileException(path, "it is not a JSON object");
            Touch(root);
            return new ConfigReader(path, root);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidFileException(path, "it is not valid JSON: a text in it is not valid Unicode", inner: e);
        }
        catch (JsonException e)
        {
            throw new InvalidFileException(path, $"it is not valid JSON: {e.Message}", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EspalierException($"the file cannot be read: {e.Message}", path, "Check that it exists and that you may read it", e);
        }
    }

    /// <summary>Path of the file, for messages.</summary>
    public string File { get; }

    /// <summary>The object as it was parsed.</summary>
    public JsonObject Root => _root;

    /// <summary>The value of <c>model_type</c>.</summary>
    public string ModelType => String("model_type") ?? throw Bad("model_type", "it is missing, so the architecture is unknown");

    /// <summary>True if the key is present, even with the value null.</summary>
    public bool Has(string key) => _root.ContainsKey(key);

    /// <summary>An integer that must be present and at least <paramref name="minimum"/>.</summary>
    public int Int(string key, int minimum = 1) => OptionalInt(key, minimum) ?? throw Bad(key, "it is missing");

    /// <summary>An integer, or null if absent.</summary>
    public int? OptionalInt(string key, int minimum = 1)
    {
        if (Find(key) is not { } node) return null;
        if (!TryNumber(node, out var number) || number != Math.Floor(number) || number < minimum || number > int.MaxValue)
            throw Bad(key, $"its value {node.ToJsonString()} is not an integer of at least {minimum}");
        return (int)number;
    }

    /// <summary>A finite number, or the default if absent.</summary>
    public double Number(string key, double defaultValue) => OptionalNumber(key) ?? defaultValue;

    /// <summary>A finite number, or null if absent.</summary>
    public double? OptionalNumber(string key)
    {
        if (Find(key) is not { } node) return null;
        return TryNumber(node, out var number) && double.IsFinite(number) ? number : throw Bad(key, $"its value {node.ToJsonString()} is not a finite number");
    }

    /// <summary>A Boolean, or the default if absent.</summary>
    public bool Bool(string key, bool defaultValue)
    {
        if (Find(key) is not { } node) return defaultValue;
        return node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Bad(key, $"its value {node.ToJsonString()} is not true or false"),
        };
    }

    /// <summary>A string, or null if absent.</summary>
    public string? String(string key)
    {
        if (Find(key) is not { } node) return null;
        return node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : throw Bad(key, $"its value {node.ToJsonString()} is not a string");
    }

    /// <summary>A list of numbers, or null if absent.</summary>
    public double[]? Numbers(string key)
    {
        if (Find(key) is not { } node) return null;
        if (node is not JsonArray array) throw Bad(key, "its value is not a list");
        return [.. array.Select(item => item is not null && TryNumber(item, out var number) && double.IsFinite(number)
            ? number : throw Bad(key, "its list holds something that is not a finite number"))];
    }

    /// <summary>A list of strings, or null if absent.</summary>
    public string[]? Strings(string key)
    {
        if (Find(key) is not { } node) return null;
        if (node is not JsonArray array) throw Bad(key, "its value is not a list");
        return [.. array.Select(item => item?.GetValueKind() == JsonValueKind.String ? item.GetValue<string>() : throw Bad(key, "its list holds something that is not a string"))];
    }

    /// <summary>A nested object, or null if absent.</summary>
    public ConfigReader? Section(string key)
    {
        if (Find(key) is not { } node) return null;
        return node is JsonObject section ? new ConfigReader($"{File}, key '{key}'", section) : throw Bad(key, "its value is not an object");
    }

    /// <summary>Refuses a key that is present with a value other than the one whose mathematics is implemented.</summary>
    public void Require(string key, string expected)
    {
        if (Find(key) is { } node && !string.Equals(node.ToJsonString().Trim('"'), expected, StringComparison.OrdinalIgnoreCase))
            throw Bad(key, $"its value {node.ToJsonString()} is not supported, only {expected}");
    }

    /// <summary>Marks a key as read without looking at it.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys) _used.Add(key);
    }

    /// <summary>Refuses every key that was neither read nor known to be harmless.</summary>
    public void RefuseUnknownKeys()
    {
        foreach (var (key, node) in _root)
        {
            if (node is null || _used.Contains(key) || HarmlessConfigKeys.Contains(key)) continue;
            throw Bad(key, $"it is not known for this architecture and may change the mathematics (value {Shorten(node)})");
        }
    }

    /// <summary>An error about a key.</summary>
    public InvalidFileException Bad(string key, string problem) =>
        new(File, $"the key '{key}' cannot be used: {problem}", remedy: "Correct the configuration, or use a model of a supported architecture (see docs/models.md)");

    /// <summary>Reads every key and text, for the parser looks at their bytes only when they are read.</summary>
    private static void Touch(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject section:
                foreach (var (_, value) in section) Touch(value);
                break;
            case JsonArray array:
                foreach (var item in array) Touch(item);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }

    private static string Shorten(JsonNode node)
    {
        var text = node.ToJsonString();
        return text.Length <= 60 ? text : text[..57] + "...";
    }

    private static bool TryNumber(JsonNode node, out double number)
    {
        number = 0;
        // Through the text: a node that was made in memory only gives its number back as the type it was made from.
        return node.GetValueKind() == JsonValueKind.Number && double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private JsonNode? Find(string key)
    {
        _used.Add(key);
        return _root.TryGetPropertyValue(key, out var node) ? node : null;
    }
}
