using Espalier.Formats.Tokenizers;

namespace Espalier.Data;

/// <summary>Tokenises documents and joins them with the end-of-text id.</summary>
internal static class DocumentJoin
{
    /// <summary>Joins documents in their order until there are enough ids; no document beyond is tokenised.</summary>
    /// <param name="documents">Texts.</param>
    /// <param name="tokenizer">Tokenises each, without special tokens.</param>
    /// <param name="enough">Number of ids wanted; the result may be longer or, if the documents are exhausted, shorter.</param>
    public static int[] Join(IEnumerable<string> documents, TextTokenizer tokenizer, int enough)
    {
        var ids = new List<int>();
        var first = true;
        foreach (var document in documents)
        {
            if (!first && tokenizer.EosId is { } end) ids.Add(end);
            first = false;
            ids.AddRange(tokenizer.Encode(document));
            if (ids.Count >= enough) break;
        }
        return [.. ids];
    }

    /// <summary>How documents are joined, for protocols.</summary>
    public static string Describe(TextTokenizer tokenizer) =>
        tokenizer.EosId is { } end ? $"no special tokens, end-of-text id {end} between documents" : "no special tokens, nothing between documents as the tokenizer names no end-of-text token";
}
