using System.Text.Json;
using System.Text.Json.Nodes;

namespace Espalier.Formats.Tokenizers;

/// <summary>Writes the tokenizer of a GGUF file as <c>tokenizer.json</c> and <c>tokenizer_config.json</c>, so that a model made from the file can be opened by others.</summary>
public static class GgufTokenizerJson
{
    private const string Space = "\u2581";
    private const string Llama3Pattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private const string Qwen2Pattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static readonly JsonSerializerOptions Style = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes both files.</summary>
    /// <param name="spec">The metadata.</param>
    /// <param name="folder">Existing folder.</param>
    /// <exception cref="EspalierException">The metadata describe no tokenizer that can be read.</exception>
    public static void Save(GgufTokenizerSpec spec, string folder)
    {
        // Building the tokenizer checks the metadata.
        var tokenizer = GgufTokenizer.Create(spec);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer(spec).ToJsonString(Style) + "\n");
        var config = new JsonObject { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["clean_up_tokenization_spaces"] = false };
        if (tokenizer.BosId is { } bos) config["bos_token"] = spec.Tokens[bos];
        if (tokenizer.EosId is { } eos) config["eos_token"] = spec.Tokens[eos];
        if (tokenizer.UnknownId is { } unknown) config["unk_token"] = spec.Tokens[unknown];
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config.ToJsonString(Style) + "\n");
    }

    private static JsonObject Tokenizer(GgufTokenizerSpec spec) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. GgufTokenizer.AddedTokens(spec).Select(Added)]),
        ["normalizer"] = Normalizer(spec),
        ["pre_tokenizer"] = spec.Model == "gpt2" ? PreTokenizer(spec) : null,
        ["post_processor"] = PostProcessor(spec),
        ["decoder"] = spec.Model == "gpt2" ? ByteLevel(useRegex: true) : SentencepieceDecoder(spec),
        ["model"] = Model(spec),
    };

    private static JsonNode Added(AddedToken token) => new JsonObject
    {
        ["id"] = token.Id,
        ["content"] = token.Content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = token.Special,
    };

    private static JsonObject? Normalizer(GgufTokenizerSpec spec)
    {
        if (spec.Model == "gpt2") return spec.Pre == "qwen2" ? new JsonObject { ["type"] = "NFC" } : null;
        var replace = Replace(" ", Space);
        if (!(spec.AddSpacePrefix ?? true)) return replace;
        return new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(new JsonObject { ["type"] = "Prepend", ["prepend"] = Space }, replace) };
    }

    private static JsonObject PreTokenizer(GgufTokenizerSpec spec)
    {
        JsonObject? first = spec.Pre switch
        {
            "gpt-2" => null,
            "llama-bpe" or "llama3" or "llama-v3" => Split(Llama3Pattern),
            "qwen2" => Split(Qwen2Pattern),
            _ => new JsonObject { ["type"] = "Digits", ["individual_digits"] = true },
        };
        if (first is null) return ByteLevel(useRegex: true);
        return new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(first, ByteLevel(useRegex: first["type"]!.GetValue<string>() == "Digits")) };
    }

    private static JsonObject? PostProcessor(GgufTokenizerSpec spec)
    {
        var prefix = spec.AddBos ?? spec.Model == "llama" ? spec.BosId : null;
        var suffix = spec.AddEos ? spec.EosId : null;
        if (prefix is null && suffix is null) return null;
        var special = new JsonObject();
        var single = new JsonArray();
        void Token(int id)
        {
            var name = spec.Tokens[id];
            single.Add(new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = name, ["type_id"] = 0 } });
            special[name] = new JsonObject { ["id"] = name, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(name) };
        }
        if (prefix is { } first) Token(first);
        single.Add(new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } });
        if (suffix is { } last) Token(last);
        return new JsonObject { ["type"] = "TemplateProcessing", ["single"] = single, ["pair"] = single.DeepClone(), ["special_tokens"] = special };
    }

    private static JsonObject SentencepieceDecoder(GgufTokenizerSpec spec)
    {
        var decoders = new JsonArray(Replace(Space, " "), new JsonObject { ["type"] = "ByteFallback" }, new JsonObject { ["type"] = "Fuse" });
        if (spec.AddSpacePrefix ?? true) decoders.Add(new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 });
        return new JsonObject { ["type"] = "Sequence", ["decoders"] = decoders };
    }

    private static JsonObject Model(GgufTokenizerSpec spec)
    {
        var sentencepiece = spec.Model == "llama";
        var vocabulary = new JsonObject();
        for (var id = 0; id < spec.Tokens.Count; id++) vocabulary[spec.Tokens[id]] = id;
        var merges = sentencepiece ? GgufTokenizer.ScoreMerges(spec).Select(merge => (spec.Tokens[merge.Left], spec.Tokens[merge.Right])) : spec.Merges.Select(SplitMerge);
        return new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = sentencepiece && spec.UnknownId is { } unknown ? spec.Tokens[unknown] : null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = sentencepiece,
            ["byte_fallback"] = sentencepiece,
            ["ignore_merges"] = spec.Pre is "llama-bpe" or "llama3" or "llama-v3",
            ["vocab"] = vocabulary,
            ["merges"] = new JsonArray([.. merges.Select(merge => new JsonArray(merge.Item1, merge.Item2))]),
        };
    }

    // A token may hold a space itself only as its first character.
    private static (string, string) SplitMerge(string merge)
    {
        var cut = merge.IndexOf(' ', 1);
        return (merge[..cut], merge[(cut + 1)..]);
    }

    private static JsonObject Replace(string from, string to) => new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = from }, ["content"] = to };

    private static JsonObject Split(string pattern) => new() { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false };

    private static JsonObject ByteLevel(bool useRegex) => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = useRegex };
}
