namespace Espalier.Formats.Tokenizers;

/// <summary>Which neighbours merge, into what, and in which order: the lowest rank first, of equal ranks the leftmost.</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<ulong, (int Rank, int Id)> merges = [];

    /// <summary>Sets a merge; a later one for the same pair replaces an earlier one.</summary>
    public void Set(int left, int right, int rank, int id) => merges[Key(left, right)] = (rank, id);

    /// <summary>All merges, in no particular order.</summary>
    public IEnumerable<(int Left, int Right, int Rank)> All => merges.Select(merge => ((int)(merge.Key >> 32), (int)(uint)merge.Key, merge.Value.Rank));

    public bool TryGet(int left, int right, out int rank, out int id)
    {
        var found = merges.TryGetValue(Key(left, right), out var merge);
        (rank, id) = merge;
        return found;
    }

    /// <summary>
    /// The merges of a sentencepiece-style vocabulary, where any two neighbours merge whose joined text is a piece, the best score first.
    /// Pieces of more than <paramref name="longest"/> UTF-16 units are reached by no merge.
    /// </summary>
    /// <param name="vocabulary">The pieces.</param>
    /// <param name="scores">Score by id.</param>
    /// <param name="canBeMade">Which ids merges may lead to; null: all.</param>
    /// <param name="longest">Bound against hostile files: the work per piece is quadratic in its length.</param>
    public static MergeTable FromScores(Vocabulary vocabulary, IReadOnlyList<float> scores, Func<int, bool>? canBeMade = null, int longest = 256)
    {
        // Equal scores share a rank, so that position decides between them.
        var ranks = new Dictionary<float, int>();
        foreach (var score in scores.Distinct().OrderDescending()) ranks.Add(score, ranks.Count);
        var table = new MergeTable();
        foreach (var (piece, id) in vocabulary.Ids)
        {
            if (piece.Length > longest || canBeMade?.Invoke(id) == false) continue;
            for (var cut = 1; cut < piece.Length; cut++)
            {
                if (char.IsLowSurrogate(piece[cut])) continue;
                var left = vocabulary.IdOf(piece.AsSpan(0, cut));
                var right = vocabulary.IdOf(piece.AsSpan(cut));
                if (left >= 0 && right >= 0) table.Set(left, right, ranks[scores[id]], id);
            }
        }
        return table;
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;
}
