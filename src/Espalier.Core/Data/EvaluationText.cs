using System.Globalization;

namespace Espalier.Data;

/// <summary>What a model is evaluated on: one long sequence of ids that windows are cut from, or rows that are windows of their own.</summary>
public sealed class EvaluationText
{
    private readonly DataRequest _request;
    private readonly int[] _ids;
    private readonly string _preparation;
    private readonly string _sha256;
    private readonly string _tokenizer;

    private EvaluationText(DataRequest request, int[] ids, int? rowLength, string preparation, string sha256, string tokenizer)
    {
        _request = request;
        _ids = ids;
        RowLength = rowLength;
        _preparation = preparation;
        _sha256 = sha256;
        _tokenizer = tokenizer;
    }

    /// <summary>All ids of the file.</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>Tokens per row where each row is a window of its own (files of ids [samples, length]); else null.</summary>
    public int? RowLength { get; }

    /// <summary>
    /// Reads a file. Text: the whole file as one string, tokenised once, without special tokens. JSON lines: the documents in the order of
    /// the file, each tokenised without special tokens, the end-of-text id between them. Token ids: as they are.
    /// </summary>
    /// <exception cref="EspalierException">The file is missing or damaged, lacks the field, or holds ids outside the vocabulary.</exception>
    public static EvaluationText Open(DataRequest request)
    {
        var kind = DataKinds.Of(request);
        var sha256 = DataFile.Hash(request.Path);
        if (kind == DataKind.Tokens)
        {
            var file = TokenFile.Read(request.Path, request.Field);
            Vocabulary.CheckFile(request, file.Ids, file.RowLength);
            var form = file.RowLength is { } length ? $"rows of {length}" : "one sequence";
            return new EvaluationText(request, file.Ids, file.RowLength, $"token ids of tensor '{file.Tensor}' as they are, {form}", sha256, "none");
        }
        var tokenizer = request.Tokenizer!;
        if (kind == DataKind.Text)
        {
            var ids = tokenizer.Encode(DataFile.ReadText(request.Path));
            Vocabulary.CheckTokenizer(request, ids);
            return new EvaluationText(request, ids, null, "whole file as one string, tokenised once, no special tokens", sha256, tokenizer.Identity);
        }
        var field = request.Field ?? "text";
        var documents = JsonLines.Read(request.Path, field);
        var joined = DocumentJoin.Join(documents, tokenizer, int.MaxValue);
        Vocabulary.CheckTokenizer(request, joined);
        return new EvaluationText(request, joined, null, $"field '{field}' of {documents.Count} documents in the order of the file, {DocumentJoin.Describe(tokenizer)}", sha256, tokenizer.Identity);
    }

    /// <summary>
    /// Cuts windows that do not overlap, from the start; the tail is dropped. Where rows are windows of their own, each is cut to the window.
    /// </summary>
    /// <param name="length">Tokens per window, at least 2; null for the length of the rows, or 2048 where there are none.</param>
    /// <param name="limit">Most windows; null for all.</param>
    /// <exception cref="UsageException">There are too few tokens for one window.</exception>
    public TokenRows Windows(int? length = null, int? limit = null)
    {
        var window = length ?? RowLength ?? 2048;
        if (window < 2) throw new UsageException($"a window of {window} token predicts nothing", "--window", "Use a window of at least 2 tokens");
        if (limit < 1) throw new UsageException($"{limit} windows cannot be evaluated", "--windows", "Use at least 1");
        if (window > (RowLength ?? _ids.Length)) throw TooFew(window);
        var stride = RowLength ?? window;
        var count = Math.Min(_ids.Length / stride, limit ?? int.MaxValue);
        var rows = new int[checked(count * window)];
        for (var i = 0; i < count; i++) _ids.AsSpan(i * stride, window).CopyTo(rows.AsSpan(i * window));
        var cut = RowLength is null ? $"windows of {window} without overlap, tail dropped"
            : RowLength == window ? "each row a window" : $"the first {window} tokens of each row a window";
        var first = limit is null ? "" : string.Create(CultureInfo.InvariantCulture, $", the first {count}");
        return new TokenRows(rows, window, Path.GetFileName(_request.Path), _sha256, $"{_preparation}; {cut}{first}", _tokenizer);
    }

    private UsageException TooFew(int window)
    {
        var what = RowLength is { } length ? $"the rows have {length} tokens each" : $"it holds {_ids.Length} {(_ids.Length == 1 ? "token" : "tokens")}";
        var available = RowLength ?? _ids.Length;
        return new UsageException($"{what}, but a window needs {window}", _request.Path,
            available < 2 ? "Use a longer text" : $"Use {(RowLength is null ? "a longer text" : "longer rows")}, or a window of at most {available} tokens with --window");
    }
}
