using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Builds the tokenizer of a GGUF file. Control and user-defined tokens are recognised in the text. The splitting rules are those that
/// llama.cpp knows by the same names; for <c>qwen2</c> text is put into normalisation form C first, as the model's own tokenizer does.
/// </summary>
public static class GgufTokenizer
{
    private const int UnknownType = 2, ControlType = 3, UserDefinedType = 4, ByteType = 6;
    private const string Space = "\u2581";

    /// <summary>Builds a tokenizer.</summary>
    /// <param name="spec">The metadata.</param>
    /// <exception cref="InvalidFileException">The metadata contradict themselves.</exception>
    /// <exception cref="EspalierException">Model or splitting rule are not known; the message names them.</exception>
    public static TextTokenizer Create(GgufTokenizerSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var parts = spec.Model switch
        {
            "gpt2" => ByteLevel(spec, ReadVocabulary(spec)),
            "llama" => Sentencepiece(spec, ReadVocabulary(spec)),
            _ => throw new EspalierException($"the tokenizer model '{spec.Model}' is not supported", $"{spec.File}, tokenizer.ggml.model",
                "gpt2 and llama are read; otherwise pass the model's tokenizer.json"),
        };
        return new PipelineTokenizer(parts with
        {
            Identity = Identify(spec),
            AddedTokens = AddedTokens(spec),
            PostProcessing = new PostProcessing
            {
                Prefix = spec.AddBos ?? spec.Model == "llama" ? [Require(spec, spec.BosId, "bos_token_id")] : [],
                Suffix = spec.AddEos ? [Require(spec, spec.EosId, "eos_token_id")] : [],
            },
            BosId = Check(spec, spec.BosId, "bos_token_id"),
            EosId = Check(spec, spec.EosId, "eos_token_id"),
            UnknownId = Check(spec, spec.UnknownId, "unknown_token_id"),
        });
    }

    private static TokenizerParts ByteLevel(GgufTokenizerSpec spec, Vocabulary vocabulary)
    {
        var merges = new MergeTable();
        for (var rank = 0; rank < spec.Merges.Count; rank++)
        {
            var merge = spec.Merges[rank];
            // A token may hold a space itself only as its first character.
            var cut = merge.Length > 1 ? merge.IndexOf(' ', 1) : -1;
            var left = cut < 0 ? -1 : vocabulary.IdOf(merge.AsSpan(0, cut));
            var right = cut < 0 ? -1 : vocabulary.IdOf(merge.AsSpan(cut + 1));
            var joined = cut < 0 ? -1 : vocabulary.IdOf(string.Concat(merge.AsSpan(0, cut), merge.AsSpan(cut + 1)));
            if (left < 0 || right < 0 || joined < 0)
                throw new InvalidFileException(spec.File, $"the merge '{merge}' does not name two tokens whose union is a token", $"tokenizer.ggml.merges[{rank}]");
            merges.Set(left, right, rank, joined);
        }
        var (pattern, ignoreMerges, normalizer) = SplittingRule(spec);
        // Numbers are split off before the GPT-2 pattern; the other patterns stand in its place.
        List<PreTokenizer> splitting = pattern is null ? [] : [new SplitPreTokenizer(pattern, SplitBehavior.Isolated, invert: false)];
        splitting.Add(new ByteLevelPreTokenizer(spec.AddSpacePrefix ?? false, usePattern: pattern is null or NumberPattern));
        return new TokenizerParts
        {
            Identity = "",
            Normalizer = normalizer,
            PreTokenizer = new PreTokenizerSequence(splitting),
            Model = new BpeModel(vocabulary, merges, new BpeOptions { ByteLevel = true, IgnoreMerges = ignoreMerges }),
            Decoder = new ByteLevelDecoder(),
        };
    }

    private static (TextPattern? Pattern, bool IgnoreMerges, Normalizer? Normalizer) SplittingRule(GgufTokenizerSpec spec) => spec.Pre switch
    {
        "gpt-2" => (null, false, null),
        "smollm" or "starcoder" or "refact" or "command-r" or "codeshell" => (new NumberPattern(1), false, null),
        "llama-bpe" or "llama3" or "llama-v3" => (new Llama3Pattern(3), true, null),
        "qwen2" => (new Llama3Pattern(1), false, new NfcNormalizer()),
        _ => throw new EspalierException(
            spec.Pre is null ? "the file does not say how text is split before the merges" : $"the splitting rule '{spec.Pre}' is not supported",
            $"{spec.File}, tokenizer.ggml.pre", "gpt-2, smollm, llama-bpe and qwen2 are known; otherwise pass the model's tokenizer.json"),
    };

    private static TokenizerParts Sentencepiece(GgufTokenizerSpec spec, Vocabulary vocabulary)
    {
        if (spec.Pre is not (null or "" or "default"))
            throw new EspalierException($"the splitting rule '{spec.Pre}' is not supported for the tokenizer model 'llama'", $"{spec.File}, tokenizer.ggml.pre", "Pass the model's tokenizer.json");
        if (spec.Scores.Count != spec.Tokens.Count)
            throw new InvalidFileException(spec.File, $"{spec.Scores.Count} scores for {spec.Tokens.Count} tokens", "tokenizer.ggml.scores");
        for (var id = 0; id < spec.Scores.Count; id++)
        {
            if (!float.IsFinite(spec.Scores[id]))
                throw new InvalidFileException(spec.File, "the score is not a number", $"tokenizer.ggml.scores[{id}]");
        }
        var addSpace = spec.AddSpacePrefix ?? true;
        var replace = new ReplaceNormalizer(" ", Space);
        List<TokenDecoder> decoders = [new ReplaceDecoder(Space, " "), new ByteFallbackDecoder(), new FuseDecoder()];
        if (addSpace) decoders.Add(new StripDecoder(' ', 1, 0));
        return new TokenizerParts
        {
            Identity = "",
            Normalizer = addSpace ? new NormalizerSequence([new PrependNormalizer(Space), replace]) : replace,
            Model = new BpeModel(vocabulary, MergesOf(spec, vocabulary), new BpeOptions { ByteFallback = true, UnknownId = spec.UnknownId, FuseUnknown = true }),
            Decoder = new DecoderSequence(decoders),
        };
    }

    /// <summary>The merges that a vocabulary with scores implies, the first to be made first.</summary>
    internal static IEnumerable<(int Left, int Right)> ScoreMerges(GgufTokenizerSpec spec) =>
        MergesOf(spec, ReadVocabulary(spec)).All.OrderBy(merge => merge.Rank).Select(merge => (merge.Left, merge.Right));

    private static MergeTable MergesOf(GgufTokenizerSpec spec, Vocabulary vocabulary) =>
        MergeTable.FromScores(vocabulary, spec.Scores, id => TypeOf(spec, id) is not (UnknownType or ControlType or ByteType));

    private static Vocabulary ReadVocabulary(GgufTokenizerSpec spec)
    {
        if (spec.TokenTypes.Count > 0 && spec.TokenTypes.Count != spec.Tokens.Count)
            throw new InvalidFileException(spec.File, $"{spec.TokenTypes.Count} types for {spec.Tokens.Count} tokens", "tokenizer.ggml.token_type");
        if (spec.Tokens.Count == 0) throw new InvalidFileException(spec.File, "the vocabulary is empty", "tokenizer.ggml.tokens");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < spec.Tokens.Count; id++)
        {
            if (!ids.TryAdd(spec.Tokens[id], id))
                throw new InvalidFileException(spec.File, $"the token '{spec.Tokens[id]}' occurs twice", $"tokenizer.ggml.tokens[{id}]");
        }
        return new Vocabulary(ids);
    }

    internal static List<AddedToken> AddedTokens(GgufTokenizerSpec spec) =>
        [.. Enumerable.Range(0, spec.Tokens.Count).Where(id => TypeOf(spec, id) is UnknownType or ControlType or UserDefinedType && spec.Tokens[id].Length > 0)
            .Select(id => new AddedToken(id, spec.Tokens[id]) { Special = TypeOf(spec, id) != UserDefinedType })];

    private static int TypeOf(GgufTokenizerSpec spec, int id) => spec.TokenTypes.Count == 0 ? 1 : spec.TokenTypes[id];

    private static int Require(GgufTokenizerSpec spec, int? id, string key) =>
        Check(spec, id, key) ?? throw new InvalidFileException(spec.File, "the token is to be added to every text, but the file does not name it", $"tokenizer.ggml.{key}");

    private static int? Check(GgufTokenizerSpec spec, int? id, string key) =>
        id is not { } value || (value >= 0 && value < spec.Tokens.Count) ? id : throw new InvalidFileException(spec.File, $"the id {value} is outside the vocabulary", $"tokenizer.ggml.{key}");

    private static string Identify(GgufTokenizerSpec spec)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in spec.Tokens.Concat(spec.Merges)) hash.AppendData(Encoding.UTF8.GetBytes(text + "\0"));
        Span<byte> number = stackalloc byte[4];
        foreach (var score in spec.Scores)
        {
            BinaryPrimitives.WriteSingleLittleEndian(number, score);
            hash.AppendData(number);
        }
        foreach (var type in spec.TokenTypes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, type);
            hash.AppendData(number);
        }
        var name = spec.Pre is null ? spec.Model : $"{spec.Model}/{spec.Pre}";
        return $"gguf {name} sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}";
    }
}
