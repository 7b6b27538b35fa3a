namespace Espalier.Formats.Tokenizers;

/// <summary>Refusals of parts that the format knows and this reader does not.</summary>
internal static class Components
{
    /// <summary>The type of a component.</summary>
    public static string TypeOf(JsonPart part) => part.Get("type").AsString();

    /// <summary>An error that names a component which is well formed but not read here.</summary>
    public static EspalierException Unsupported(JsonPart part, string what) => new(
        $"{what} is not supported",
        $"{part.File}, {part.Path}",
        "Byte-level BPE and BPE with byte fallback are read; use a model with such a tokenizer, or tokenise elsewhere and pass token ids");
}
