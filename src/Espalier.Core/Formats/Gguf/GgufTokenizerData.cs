namespace Espalier.Formats.Gguf;

/// <summary>The tokenizer stored in a GGUF file, as plain data. Absent settings are null; the reader of the kind knows its defaults.</summary>
public sealed record GgufTokenizerData
{
    /// <summary>Kind: <c>gpt2</c> (byte-level BPE), <c>llama</c> (sentencepiece BPE), <c>bert</c>, <c>t5</c>.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the pre-tokenisation of byte-level BPE, for example <c>llama-bpe</c>, <c>qwen2</c>, <c>smollm</c>.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>Token texts; the index is the id.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>BPE merges in order of rank, two pieces with a space between.</summary>
    public IReadOnlyList<string>? Merges { get; init; }

    /// <summary>Scores by id, for sentencepiece kinds.</summary>
    public IReadOnlyList<float>? Scores { get; init; }

    /// <summary>Types by id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.</summary>
    public IReadOnlyList<int>? TokenTypes { get; init; }

    /// <summary>Id of the token that begins a sequence.</summary>
    public int? BosId { get; init; }

    /// <summary>Id of the token that ends a sequence.</summary>
    public int? EosId { get; init; }

    /// <summary>Id of the unknown token.</summary>
    public int? UnknownId { get; init; }

    /// <summary>Id of the padding token.</summary>
    public int? PaddingId { get; init; }

    /// <summary>Whether the beginning token is put in front.</summary>
    public bool? AddBos { get; init; }

    /// <summary>Whether the ending token is put behind.</summary>
    public bool? AddEos { get; init; }

    /// <summary>Whether sentencepiece kinds put a space in front of the text.</summary>
    public bool? AddSpacePrefix { get; init; }

    /// <summary>Jinja template of chat prompts.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Reads the tokenizer of a file, or null when it has none.</summary>
    /// <exception cref="InvalidFileException">A value is of an unexpected type, arrays differ in length, or an id is out of range.</exception>
    public static GgufTokenizerData? Read(GgufFile file)
    {
        const string prefix = "tokenizer.ggml.";
        var values = file.Values;
        if (values.GetString(prefix + "model") is not { } model || values.GetStrings(prefix + "tokens") is not { } tokens) return null;
        IReadOnlyList<T>? PerToken<T>(string name, IReadOnlyList<T>? list) => list is null || list.Count == tokens.Count
            ? list
            : throw values.Fault(prefix + name, $"an array of {tokens.Count} values, one for each token");
        int? Id(string name) => values.GetInteger(prefix + name) switch
        {
            null => null,
            { } id when id >= 0 && id < tokens.Count => (int)id,
            _ => throw values.Fault(prefix + name, $"an id below {tokens.Count}"),
        };
        return new GgufTokenizerData
        {
            Model = model,
            PreTokenizer = values.GetString(prefix + "pre"),
            Tokens = tokens,
            Merges = values.GetStrings(prefix + "merges"),
            Scores = PerToken("scores", values.GetSingles(prefix + "scores")),
            TokenTypes = PerToken("token_type", values.GetIntegers(prefix + "token_type")),
            BosId = Id("bos_token_id"),
            EosId = Id("eos_token_id"),
            UnknownId = Id("unknown_token_id"),
            PaddingId = Id("padding_token_id"),
            AddBos = values.GetBoolean(prefix + "add_bos_token"),
            AddEos = values.GetBoolean(prefix + "add_eos_token"),
            AddSpacePrefix = values.GetBoolean(prefix + "add_space_prefix"),
            ChatTemplate = values.GetString("tokenizer.chat_template"),
        };
    }
}
