using System.Text.Json;
using Espalier.Formats;

namespace Espalier.Data;

/// <summary>Reads one text field of every line of a JSON lines file. Empty lines are passed over.</summary>
internal static class JsonLines
{
    /// <summary>The texts in the order of the lines.</summary>
    /// <exception cref="InvalidFileException">A line is no JSON object or lacks the field; its number is named.</exception>
    public static List<string> Read(string path, string field)
    {
        var texts = new List<string>();
        using var stream = DataFile.Open(path);
        var buffer = new byte[1 << 16];
        int start = 0, end = 0, number = 0, read;
        do
        {
            if (end == buffer.Length)
            {
                // Move what is left of the current line to the front, or, if it fills the buffer, double it.
                if (start == 0) Array.Resize(ref buffer, Enlarged(buffer.Length, path, number + 1));
                else (end, start) = (Move(buffer, start, end), 0);
            }
            read = stream.Read(buffer, end, buffer.Length - end);
            end += read;
            int length;
            while ((length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) >= 0)
            {
                Add(buffer.AsMemory(start, length), path, ++number, field, texts);
                start += length + 1;
            }
        }
        while (read > 0);
        if (end > start) Add(buffer.AsMemory(start, end - start), path, number + 1, field, texts);
        return texts;
    }

    private static void Add(ReadOnlyMemory<byte> line, string path, int number, string field, List<string> texts)
    {
        var content = number == 1 && line.Span.StartsWith("\uFEFF"u8) ? line[3..] : line;
        if (content.Span.Trim(" \t\r"u8).Length == 0) return;
        try
        {
            using var document = JsonDocument.Parse(content);
            texts.Add(Text(document.RootElement, path, number, field));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            var reason = e is JsonException ? e.Message.Split(" LineNumber", 2)[0].TrimEnd('.') : "a string is not valid UTF-8";
            throw new InvalidFileException(path, $"it is not valid JSON: {reason}", $"line {number}", "Every line must be one JSON object, in UTF-8", e);
        }
    }

    private static string Text(JsonElement root, string path, int number, string field)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new InvalidFileException(path, "it is not a JSON object", $"line {number}", "Every line must be one JSON object with a text field");
        if (!root.TryGetProperty(field, out var value))
        {
            var names = root.EnumerateObject().Select(property => NearNames.Quote(property.Name)).Take(20).ToArray();
            throw new InvalidFileException(path, $"there is no field {NearNames.Quote(field)}; {(names.Length == 0 ? "the object is empty" : $"the fields are {string.Join(", ", names)}")}",
                $"line {number}", "Name the field that holds the text with --data-field");
        }
        if (value.ValueKind != JsonValueKind.String)
            throw new InvalidFileException(path, $"the field {NearNames.Quote(field)} holds {Kind(value)}, not a text", $"line {number}", "Name the field that holds the text with --data-field");
        return value.GetString()!;
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a Boolean",
    };

    private static int Enlarged(int size, string path, int number) => size < 1 << 29 ? size * 2
        : throw new InvalidFileException(path, $"the line has more than {size} bytes", $"line {number}", "Every line must be one JSON object; check that this is a JSON lines file");

    private static int Move(byte[] buffer, int start, int end)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        return end - start;
    }
}
