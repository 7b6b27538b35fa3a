namespace Espalier.Data;

/// <summary>The three kinds of data files.</summary>
internal enum DataKind
{
    /// <summary>One text.</summary>
    Text,

    /// <summary>One document per line.</summary>
    JsonLines,

    /// <summary>Token ids.</summary>
    Tokens,
}

/// <summary>Tells kinds by the extension, and checks what a kind needs.</summary>
internal static class DataKinds
{
    /// <summary>The kind that a file's extension tells.</summary>
    public static DataKind ByName(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".safetensors" => DataKind.Tokens,
        ".jsonl" or ".ndjson" or ".json" => DataKind.JsonLines,
        _ => DataKind.Text,
    };

    /// <summary>The kind of a request's file, after making sure that the file exists and the request fits it.</summary>
    public static DataKind Of(DataRequest request)
    {
        DataFile.Require(request.Path);
        var kind = ByName(request.Path);
        if (kind == DataKind.Text && request.Field is not null)
            throw new UsageException($"the field '{request.Field}' is given, but a text file has none", request.Path, "Leave --data-field out, or name a file that ends in .jsonl or .safetensors");
        if (kind != DataKind.Tokens && request.Tokenizer is null)
            throw new UsageException("texts need a tokenizer, and the model has none", request.Path,
                "Put the tokenizer (tokenizer.json) into the model's folder, or give a safetensors file of token ids");
        return kind;
    }
}
