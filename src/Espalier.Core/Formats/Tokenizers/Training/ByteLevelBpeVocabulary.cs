namespace Espalier.Formats.Tokenizers;

/// <summary>What <see cref="ByteLevelBpeTrainer"/> learned: a byte-level BPE vocabulary with GPT-2 splitting, which can be used and saved.</summary>
public sealed class ByteLevelBpeVocabulary
{
    private readonly byte[] tokenizerJson;
    private readonly byte[] configJson;

    internal ByteLevelBpeVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges, IReadOnlyList<string> specialTokens)
    {
        Tokens = tokens;
        Merges = merges;
        SpecialTokens = specialTokens;
        tokenizerJson = TokenizerJsonWriter.Tokenizer(this);
        configJson = TokenizerJsonWriter.Configuration(this);
    }

    /// <summary>Token spellings by id: special tokens, the 256 byte symbols, then what the merges made.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The merges, first learned first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>The special tokens; the first of them begins and ends texts, as <c>&lt;|endoftext|&gt;</c> of GPT-2.</summary>
    public IReadOnlyList<string> SpecialTokens { get; }

    /// <summary>The tokenizer; the same that a saved file gives.</summary>
    public TextTokenizer CreateTokenizer() => TokenizerJsonReader.Read(
        JsonPart.Parse("tokenizer.json", tokenizerJson),
        TokenizerFile.Identify("tokenizer.json", tokenizerJson),
        name => name == "tokenizer_config.json" ? JsonPart.Parse(name, configJson) : null);

    /// <summary>Writes tokenizer.json and tokenizer_config.json, which Hugging Face libraries open.</summary>
    /// <param name="folder">Folder; created if missing. Files of these names are replaced, each at once.</param>
    public void Save(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Directory.CreateDirectory(folder);
        Write(Path.Combine(folder, "tokenizer.json"), tokenizerJson);
        Write(Path.Combine(folder, "tokenizer_config.json"), configJson);
    }

    private static void Write(string path, byte[] content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
