namespace Espalier.Formats.Tokenizers;

/// <summary>Opens tokenizers from files.</summary>
public static class TokenizerLoader
{
    /// <summary>
    /// Opens the tokenizer of a model folder: tokenizer.json, else vocab.json, else a llama2.c file tok*.bin (the first by name).
    /// </summary>
    /// <param name="folder">Folder of a model.</param>
    /// <returns>The tokenizer, or null if the folder has none of these files.</returns>
    /// <exception cref="InvalidFileException">The file is damaged.</exception>
    /// <exception cref="EspalierException">The file asks for something that is not supported; the message names it.</exception>
    public static TextTokenizer? TryOpenFolder(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return FindFile(folder) is { } file ? Open(file) : null;
    }

    /// <summary>The file that <see cref="TryOpenFolder"/> would open; null if there is none.</summary>
    public static string? FindFile(string folder)
    {
        if (!Directory.Exists(folder)) return null;
        foreach (var name in new[] { "tokenizer.json", "vocab.json" })
        {
            var file = Path.Combine(folder, name);
            if (File.Exists(file)) return file;
        }
        return Directory.EnumerateFiles(folder, "tok*.bin").Order(StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>
    /// Opens one file: a tokenizer.json of Hugging Face (BPE models), a vocabulary in JSON (llama2.c pieces with scores, or single
    /// characters), or a tok*.bin of llama2.c. The content decides between the JSON forms, the extension .bin tells the other.
    /// </summary>
    /// <param name="file">Path of the file. Files beside it may name the special tokens.</param>
    /// <exception cref="InvalidFileException">The file is damaged.</exception>
    /// <exception cref="EspalierException">The file asks for something that is not supported; the message names it.</exception>
    public static TextTokenizer Open(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var content = TokenizerFile.Read(file);
        var identity = TokenizerFile.Identify(Path.GetFileName(file), content);
        if (Path.GetExtension(file).Equals(".bin", StringComparison.OrdinalIgnoreCase)) return PieceFileReader.Read(file, content, identity);
        var root = JsonPart.Parse(file, content);
        if (root.Element.ValueKind == System.Text.Json.JsonValueKind.Array) return PieceListReader.Read(root, identity);
        return root.TryGet("model") is { Element.ValueKind: System.Text.Json.JsonValueKind.Object }
            || !Path.GetFileName(file).StartsWith("vocab", StringComparison.OrdinalIgnoreCase)
            ? TokenizerJsonReader.Read(root, identity, name => SpecialTokenFiles.Beside(file, name))
            : CharacterVocabularyReader.Read(root, identity);
    }
}
