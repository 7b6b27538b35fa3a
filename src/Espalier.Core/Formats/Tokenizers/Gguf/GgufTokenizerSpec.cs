namespace Espalier.Formats.Tokenizers;

/// <summary>The tokenizer that a GGUF file carries in its metadata, as plain data. Property names follow the keys <c>tokenizer.ggml.*</c>.</summary>
public sealed record GgufTokenizerSpec
{
    /// <summary>The GGUF file, for error messages.</summary>
    public required string File { get; init; }

    /// <summary><c>tokenizer.ggml.model</c>: <c>gpt2</c> (byte-level BPE) or <c>llama</c> (sentencepiece BPE by scores with byte fallback).</summary>
    public required string Model { get; init; }

    /// <summary><c>tokenizer.ggml.pre</c>: how text is split before the merges; needed for <c>gpt2</c>.</summary>
    public string? Pre { get; init; }

    /// <summary><c>tokenizer.ggml.tokens</c>: token text by id.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary><c>tokenizer.ggml.merges</c>: <c>"left right"</c>, best first; for <c>gpt2</c>.</summary>
    public IReadOnlyList<string> Merges { get; init; } = [];

    /// <summary><c>tokenizer.ggml.scores</c>: score by id, higher merges first; for <c>llama</c>.</summary>
    public IReadOnlyList<float> Scores { get; init; } = [];

    /// <summary><c>tokenizer.ggml.token_type</c> by id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. Empty: all normal.</summary>
    public IReadOnlyList<int> TokenTypes { get; init; } = [];

    /// <summary><c>tokenizer.ggml.bos_token_id</c>.</summary>
    public int? BosId { get; init; }

    /// <summary><c>tokenizer.ggml.eos_token_id</c>.</summary>
    public int? EosId { get; init; }

    /// <summary><c>tokenizer.ggml.unknown_token_id</c>.</summary>
    public int? UnknownId { get; init; }

    /// <summary><c>tokenizer.ggml.add_bos_token</c>; when absent, true for <c>llama</c> and false for <c>gpt2</c>.</summary>
    public bool? AddBos { get; init; }

    /// <summary><c>tokenizer.ggml.add_eos_token</c>.</summary>
    public bool AddEos { get; init; }

    /// <summary><c>tokenizer.ggml.add_space_prefix</c>; when absent, true for <c>llama</c> and false for <c>gpt2</c>.</summary>
    public bool? AddSpacePrefix { get; init; }
}
