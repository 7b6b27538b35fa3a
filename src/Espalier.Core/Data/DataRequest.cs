using Espalier.Formats.Tokenizers;

namespace Espalier.Data;

/// <summary>Which file to read token ids from, and how.</summary>
public sealed record DataRequest
{
    /// <summary>
    /// A file of token ids (<c>.safetensors</c>, rows [samples, length] or one sequence [length]), JSON lines (<c>.jsonl</c>, <c>.ndjson</c>, <c>.json</c>),
    /// or, with any other extension, UTF-8 text.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>Field of the JSON lines (default <c>text</c>), or name of the tensor if the safetensors file holds several.</summary>
    public string? Field { get; init; }

    /// <summary>The model's tokenizer; needed for text and JSON lines.</summary>
    public TextTokenizer? Tokenizer { get; init; }

    /// <summary>Rows of the model's embedding: ids must be below. Null leaves them unchecked.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Data for a model. Its tokenizer is opened only where texts are to be read: files of token ids need none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="field">Field or tensor; null for the default.</param>
    /// <exception cref="EspalierException">The tokenizer is needed, but damaged or of an unknown kind.</exception>
    public static DataRequest For(Model model, string path, string? field = null) => new()
    {
        Path = path,
        Field = field,
        Tokenizer = DataKinds.ByName(path) == DataKind.Tokens ? null : model.Tokenizer,
        VocabularySize = model.VocabularySize,
    };
}
