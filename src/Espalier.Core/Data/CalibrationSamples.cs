namespace Espalier.Data;

/// <summary>Draws calibration samples: rows of token ids, the same for the same seed.</summary>
public static class CalibrationSamples
{
    /// <summary>
    /// Reads a file. Text (or one sequence of ids): windows at distinct random places, which may overlap. JSON lines: the documents in random order,
    /// joined with the end-of-text id, cut into rows one after the other. Token ids [samples, length]: the first rows, cut to the length.
    /// </summary>
    /// <param name="request">The file.</param>
    /// <param name="samples">Rows wanted.</param>
    /// <param name="length">Tokens per row.</param>
    /// <param name="random">Source of every draw; its seed goes into the protocol.</param>
    /// <exception cref="UsageException">The data hold too few tokens.</exception>
    /// <exception cref="EspalierException">The file is missing or damaged, lacks the field, or holds ids outside the vocabulary.</exception>
    public static TokenRows Draw(DataRequest request, int samples, int length, SeededRandom random)
    {
        if (samples < 1) throw new UsageException($"{samples} calibration samples are too few", "--samples", "Use at least 1");
        if (length < 1) throw new UsageException($"calibration samples of {length} tokens are too short", "--sequence-length", "Use at least 1");
        if ((long)samples * length > Array.MaxLength)
            throw new UsageException($"{samples} samples of {length} tokens are more than can be held", "--samples", "Use fewer or shorter samples");
        var kind = DataKinds.Of(request);
        var sha256 = DataFile.Hash(request.Path);
        var (ids, preparation) = kind switch
        {
            DataKind.Text => Text(request, samples, length, random),
            DataKind.JsonLines => Documents(request, samples, length, random),
            _ => Tokens(request, samples, length, random),
        };
        return new TokenRows(ids, length, Path.GetFileName(request.Path), sha256, preparation, kind == DataKind.Tokens ? "none" : request.Tokenizer!.Identity);
    }

    /// <summary>Rows and tokens per row of a file of ids [samples, length]; null for every other kind of file.</summary>
    /// <exception cref="EspalierException">The file is missing or damaged.</exception>
    public static (int Rows, int Length)? ShapeOf(DataRequest request)
    {
        DataFile.Require(request.Path);
        if (DataKinds.ByName(request.Path) != DataKind.Tokens) return null;
        var file = TokenFile.Read(request.Path, request.Field);
        return file.RowLength is { } length ? (file.Ids.Length / length, length) : null;
    }

    private static (int[] Ids, string Preparation) Text(DataRequest request, int samples, int length, SeededRandom random)
    {
        var ids = request.Tokenizer!.Encode(DataFile.ReadText(request.Path));
        Vocabulary.CheckTokenizer(request, ids);
        return (RandomWindows(request, ids, samples, length, random),
            $"whole file as one string, tokenised once, no special tokens; {samples} windows of {length} at distinct random places, seed {random.Seed}");
    }

    private static (int[] Ids, string Preparation) Documents(DataRequest request, int samples, int length, SeededRandom random)
    {
        var field = request.Field ?? "text";
        var texts = JsonLines.Read(request.Path, field);
        var wanted = samples * length;
        var joined = DocumentJoin.Join(random.Distinct(texts.Count, texts.Count).Select(i => texts[i]), request.Tokenizer!, wanted);
        Vocabulary.CheckTokenizer(request, joined);
        if (joined.Length < wanted) throw TooFew(request, joined.Length, wanted, samples, length, joined.Length / length);
        return (joined[..wanted],
            $"field '{field}' of {texts.Count} documents in random order, seed {random.Seed}, {DocumentJoin.Describe(request.Tokenizer!)}; {samples} rows of {length} from the start");
    }

    private static (int[] Ids, string Preparation) Tokens(DataRequest request, int samples, int length, SeededRandom random)
    {
        var file = TokenFile.Read(request.Path, request.Field);
        Vocabulary.CheckFile(request, file.Ids, file.RowLength);
        if (file.RowLength is not { } rowLength)
        {
            return (RandomWindows(request, file.Ids, samples, length, random),
                $"token ids of tensor '{file.Tensor}', one sequence; {samples} windows of {length} at distinct random places, seed {random.Seed}");
        }
        var rows = file.Ids.Length / rowLength;
        if (rows < samples)
            throw new UsageException($"it holds {rows} {(rows == 1 ? "sample" : "samples")}, but {samples} are wanted", request.Path, $"Use --samples {rows}, or a file with more");
        if (rowLength < length)
            throw new UsageException($"its samples have {rowLength} tokens, but {length} are wanted", request.Path, $"Use --sequence-length {rowLength}, or a file with longer ones");
        var ids = new int[samples * length];
        for (var i = 0; i < samples; i++) file.Ids.AsSpan(i * rowLength, length).CopyTo(ids.AsSpan(i * length));
        return (ids, $"token ids of tensor '{file.Tensor}'; the first {samples} of {rows} rows, {(length == rowLength ? "whole" : $"the first {length} of {rowLength} tokens each")}");
    }

    private static int[] RandomWindows(DataRequest request, int[] ids, int samples, int length, SeededRandom random)
    {
        // Places 0 .. n - length, each at most once.
        var places = ids.Length - length + 1;
        if (places < samples) throw TooFew(request, ids.Length, length + samples - 1, samples, length, Math.Max(0, places));
        var rows = new int[samples * length];
        var starts = random.Distinct(samples, places);
        for (var i = 0; i < samples; i++) ids.AsSpan(starts[i], length).CopyTo(rows.AsSpan(i * length));
        return rows;
    }

    private static UsageException TooFew(DataRequest request, int held, int needed, int samples, int length, int possible) =>
        new($"it holds {held} {(held == 1 ? "token" : "tokens")}, but {samples} samples of {length} need at least {needed}", request.Path,
            possible > 0 ? $"Use more text, at most {possible} samples (--samples), or shorter ones (--sequence-length)" : "Use more text, or shorter samples (--sequence-length)");
}
