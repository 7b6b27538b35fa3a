using System.Text.Json;

namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Finds out which tokens begin and end a text, from the files beside a tokenizer: tokenizer_config.json, special_tokens_map.json (tokens by
/// their text), then config.json of the model (ids).
/// </summary>
internal static class SpecialTokenFiles
{
    public static (int? Bos, int? Eos, int? Unknown) Read(Func<string, JsonPart?> open, Func<string, int?> idOf)
    {
        int? bos = null, eos = null, unknown = null;
        foreach (var name in new[] { "tokenizer_config.json", "special_tokens_map.json" })
        {
            if (open(name) is not { } part) continue;
            bos ??= Named(part, "bos_token", idOf);
            eos ??= Named(part, "eos_token", idOf);
            unknown ??= Named(part, "unk_token", idOf);
        }
        if ((bos is null || eos is null) && open("config.json") is { } config)
        {
            bos ??= Numbered(config, "bos_token_id");
            eos ??= Numbered(config, "eos_token_id");
        }
        return (bos, eos, unknown);
    }

    /// <summary>A file in the folder of another, or null.</summary>
    public static JsonPart? Beside(string tokenizerFile, string name)
    {
        var path = Path.Combine(Path.GetDirectoryName(tokenizerFile) ?? "", name);
        return File.Exists(path) ? JsonPart.Parse(path, TokenizerFile.Read(path)) : null;
    }

    // "<s>", or {"content": "<s>", ...}.
    private static int? Named(JsonPart part, string key, Func<string, int?> idOf)
    {
        if (part.TryGet(key) is not { } token) return null;
        return idOf((token.Element.ValueKind == JsonValueKind.Object ? token.Get("content") : token).AsString());
    }

    // A number, or a list whose first counts.
    private static int? Numbered(JsonPart config, string key)
    {
        if (config.TryGet(key) is not { } id) return null;
        if (id.Element.ValueKind != JsonValueKind.Array) return id.AsCount();
        return id.Items().Select(static item => (int?)item.AsCount()).FirstOrDefault();
    }
}
