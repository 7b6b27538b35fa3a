using Espalier.Formats.Tokenizers;

namespace Espalier.Formats.Gguf;

/// <summary>Reads the tokenizer that a GGUF file carries.</summary>
internal static class GgufTokenizerReader
{
    /// <summary>Reads the tokenizer of a file, or null when it has none.</summary>
    /// <exception cref="InvalidFileException">A value is of an unexpected type, arrays differ in length, or an id is out of range.</exception>
    public static GgufTokenizerSpec? Read(GgufFile file)
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
        return new GgufTokenizerSpec
        {
            File = file.Origin,
            Model = model,
            Pre = values.GetString(prefix + "pre"),
            Tokens = tokens,
            Merges = values.GetStrings(prefix + "merges") ?? [],
            Scores = PerToken("scores", values.GetSingles(prefix + "scores")) ?? [],
            TokenTypes = PerToken("token_type", values.GetIntegers(prefix + "token_type")) ?? [],
            BosId = Id("bos_token_id"),
            EosId = Id("eos_token_id"),
            UnknownId = Id("unknown_token_id"),
            AddBos = values.GetBoolean(prefix + "add_bos_token"),
            AddEos = values.GetBoolean(prefix + "add_eos_token") ?? false,
            AddSpacePrefix = values.GetBoolean(prefix + "add_space_prefix"),
        };
    }
}
