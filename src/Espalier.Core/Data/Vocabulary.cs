namespace Espalier.Data;

/// <summary>Refuses ids that the model has no embedding for.</summary>
internal static class Vocabulary
{
    /// <summary>Checks ids that a file holds.</summary>
    /// <exception cref="InvalidFileException">An id is negative or too large; place and value are named.</exception>
    public static void CheckFile(DataRequest request, ReadOnlySpan<int> ids, int? rowLength)
    {
        if (FirstOutside(ids, request.VocabularySize) is not { } at) return;
        var place = rowLength is { } length ? $"sample {at / length}, position {at % length}" : $"position {at}";
        var limit = request.VocabularySize is { } size ? $"the model's vocabulary has {size} (0 to {size - 1})" : "ids are not negative";
        throw new InvalidFileException(request.Path, $"the token id {ids[at]} is outside the vocabulary: {limit}", place, "Use ids made with this model's tokenizer");
    }

    /// <summary>Checks ids that a tokenizer made.</summary>
    /// <exception cref="EspalierException">The tokenizer has tokens that the model lacks.</exception>
    public static void CheckTokenizer(DataRequest request, ReadOnlySpan<int> ids)
    {
        if (FirstOutside(ids, request.VocabularySize) is not { } at) return;
        throw new EspalierException($"the tokenizer gives the id {ids[at]} at position {at}, but the model's vocabulary has {request.VocabularySize}", request.Path,
            "The tokenizer does not belong to this model; put the right one into the model's folder");
    }

    private static int? FirstOutside(ReadOnlySpan<int> ids, int? size)
    {
        var limit = (uint)(size ?? int.MaxValue);
        for (var i = 0; i < ids.Length; i++)
        {
            if ((uint)ids[i] >= limit) return i; // negative ids become large
        }
        return null;
    }
}
