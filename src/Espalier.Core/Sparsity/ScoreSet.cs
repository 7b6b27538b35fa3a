using Espalier.Numerics;

namespace Espalier.Sparsity;

/// <summary>A rectangle of a score matrix whose members are compared with each other, row by row.</summary>
internal readonly record struct ScoreSet(Matrix Scores, int FirstRow, int EndRow, int FirstColumn, int EndColumn)
{
    public long Count => (long)(EndRow - FirstRow) * (EndColumn - FirstColumn);

    /// <summary>The value at index <paramref name="rank"/> of all members in ascending order.</summary>
    public static unsafe float Threshold(IReadOnlyList<ScoreSet> sets, long total, long rank)
    {
        var first = sets[0];
        if (sets.Count == 1 && (first.Scores.Columns == first.EndColumn - first.FirstColumn || first.EndRow - first.FirstRow == 1))
        {
            // The members are neighbours in memory: no copy.
            var start = first.Scores.Pointer + ((long)first.FirstRow * first.Scores.Columns) + first.FirstColumn;
            return RadixSelect.Select(start, total, rank);
        }
        using var all = new NativeBuffer(total);
        long at = 0;
        foreach (var set in sets)
        {
            for (var row = set.FirstRow; row < set.EndRow; row++)
            {
                var values = set.Row(row);
                values.CopyTo(new Span<float>(all.Pointer + at, values.Length));
                at += values.Length;
            }
        }
        return RadixSelect.Select(all.Pointer, total, rank);
    }

    public long CountBelow(float threshold)
    {
        long count = 0;
        for (var row = FirstRow; row < EndRow; row++)
        {
            foreach (var score in Row(row)) count += score < threshold ? 1 : 0;
        }
        return count;
    }

    /// <summary>Prunes what is below the threshold, and of what equals it the first <paramref name="ties"/>.</summary>
    public void Prune(Mask kept, float threshold, ref long ties)
    {
        for (var row = FirstRow; row < EndRow; row++)
        {
            var values = Row(row);
            var words = kept.RowWords(row);
            for (var j = 0; j < values.Length; j++)
            {
                if (values[j] > threshold || (values[j] == threshold && ties-- <= 0)) continue;
                var column = FirstColumn + j;
                words[column >> 6] &= ~(1UL << (column & 63));
            }
        }
    }

    private Span<float> Row(int row) => Scores.Row(row)[FirstColumn..EndColumn];
}
