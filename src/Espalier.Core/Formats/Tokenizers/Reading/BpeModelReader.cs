namespace Espalier.Formats.Tokenizers;

/// <summary>Reads <c>model</c> of a tokenizer.json.</summary>
internal static class BpeModelReader
{
    // Ids may have gaps, but a hostile file must not make a table of two thousand million entries.
    private const int LargestGap = 1_000_000;

    public static BpeModel Read(JsonPart part, bool byteLevel)
    {
        // Old files leave the type out; only BPE models have merges.
        var type = part.StringOrNull("type") ?? (part.TryGet("merges") is null ? Components.TypeOf(part) : "BPE");
        if (type != "BPE") throw Components.Unsupported(part, $"the model '{type}'");
        if (part.TryGet("dropout") is { } dropout && dropout.AsSingle() != 0) throw Components.Unsupported(dropout, "dropout of merges");
        RefuseAffix(part, "continuing_subword_prefix");
        RefuseAffix(part, "end_of_word_suffix");

        var vocabulary = ReadVocabulary(part.Get("vocab"));
        return new BpeModel(vocabulary, ReadMerges(part.Get("merges"), vocabulary), new BpeOptions
        {
            ByteLevel = byteLevel,
            ByteFallback = part.BoolOr("byte_fallback", false),
            IgnoreMerges = part.BoolOr("ignore_merges", false),
            FuseUnknown = part.BoolOr("fuse_unk", false),
            UnknownId = part.TryGet("unk_token") is { } unknown ? Require(vocabulary, unknown, unknown.AsString()) : null,
        });
    }

    /// <summary>Tokens and ids, each of which occurs once.</summary>
    public static Vocabulary ReadVocabulary(JsonPart part)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<int>();
        var entries = part.Entries();
        var largest = part.Element.GetPropertyCount() + LargestGap;
        foreach (var (token, value) in entries)
        {
            var id = value.AsCount(largest);
            if (!ids.TryAdd(token, id)) throw value.Error($"the token '{token}' occurs twice");
            if (!seen.Add(id)) throw value.Error($"the id {id} belongs to two tokens");
        }
        return new Vocabulary(ids);
    }

    /// <summary>An id that an added token may have in a vocabulary of this size.</summary>
    public static int AsId(JsonPart part, Vocabulary vocabulary) => part.AsCount(vocabulary.Size + LargestGap);

    private static MergeTable ReadMerges(JsonPart part, Vocabulary vocabulary)
    {
        var table = new MergeTable();
        var rank = 0;
        foreach (var merge in part.Items())
        {
            var (left, right) = Pair(merge);
            table.Set(Require(vocabulary, merge, left), Require(vocabulary, merge, right), rank++, Require(vocabulary, merge, left + right));
        }
        return table;
    }

    // ["a", "b"], in older files "a b".
    private static (string Left, string Right) Pair(JsonPart merge)
    {
        var sides = merge.Element.ValueKind == System.Text.Json.JsonValueKind.String
            ? merge.AsString().Split(' ')
            : [.. merge.Items().Select(static item => item.AsString())];
        return sides is [{ Length: > 0 } left, { Length: > 0 } right] ? (left, right) : throw merge.Error("a merge joins two tokens");
    }

    private static int Require(Vocabulary vocabulary, JsonPart part, string token)
    {
        var id = vocabulary.IdOf(token);
        return id >= 0 ? id : throw part.Error($"the token '{token}' is not in the vocabulary");
    }

    private static void RefuseAffix(JsonPart part, string key)
    {
        if (part.TryGet(key) is { } affix && affix.AsString().Length > 0) throw Components.Unsupported(affix, $"a {key.Replace('_', ' ')}");
    }
}
