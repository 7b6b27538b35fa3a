namespace Espalier.Formats;

/// <summary>Finds names that a user may have meant.</summary>
public static class NearNames
{
    private const int MaxLength = 200;

    /// <summary>Up to <paramref name="count"/> candidates whose edit distance to the name is small, nearest first.</summary>
    /// <param name="name">The name that was not found.</param>
    /// <param name="candidates">The names that exist.</param>
    /// <param name="count">Most names to return.</param>
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> candidates, int count = 3)
    {
        if (name.Length > MaxLength) return [];
        var limit = Math.Max(2, name.Length / 3);
        return [.. candidates
            .Where(candidate => candidate.Length <= MaxLength && Math.Abs(candidate.Length - name.Length) <= limit)
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(pair => pair.distance <= limit)
            .OrderBy(pair => pair.distance)
            .Take(count)
            .Select(pair => pair.candidate)];
    }

    /// <summary>A remedy sentence: <c>Did you mean 'a' or 'b'?</c>, or null when nothing is near.</summary>
    public static string? Suggest(string name, IEnumerable<string> candidates)
    {
        var near = Find(name, candidates);
        return near.Count == 0 ? null : $"Did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?";
    }

    /// <summary>A name for use in a message: control characters removed, at most 120 characters.</summary>
    internal static string Quote(string name)
    {
        var text = name.Length > 120 ? $"{name[..117]}..." : name;
        return $"'{string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))}'";
    }

    // Levenshtein distance, ignoring case, with one row of the table.
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                var replace = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[b.Length];
    }
}
