using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Sparsity;

/// <summary>Turns scores into masks: the lowest scores of each set are pruned.</summary>
public static class MaskSelector
{
    /// <summary>Selects within one matrix.</summary>
    /// <param name="scores">Saliencies, outputs x inputs; higher is more important. Unchanged. NaN is refused.</param>
    /// <param name="pattern">The allowed shape of zeros. For N:M the rest of the arguments is not used.</param>
    /// <param name="scope">Within which set scores are compared.</param>
    /// <param name="sparsity">Fraction to prune, from 0 up to but not including 1.</param>
    /// <param name="rule">How many are pruned.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <returns>The mask, 1 = kept.</returns>
    /// <exception cref="UsageException">Sparsity out of range, a NaN score, or a pattern that does not fit the shape.</exception>
    public static Mask Select(
        Matrix scores, SparsityPattern pattern, SelectionScope scope, double sparsity, SelectionRule rule = SelectionRule.ExactCount,
        string? layer = null)
    {
        pattern.RequireFits(scores.Rows, scores.Columns, layer);
        RequireNumbers(scores, layer);
        if (pattern.Kind == PatternKind.NOfM) return SelectGroups(scores, pattern);
        RequireSparsity(sparsity);
        using var summed = pattern.Kind == PatternKind.Block ? BlockSums(scores, pattern) : null;
        var units = summed ?? scores;
        var kept = Mask.Full(units.Rows, units.Columns);
        foreach (var set in Sets(units, scope, pattern)) PruneLowest([set], [kept], sparsity, rule);
        return summed is null ? kept : Expand(kept, pattern, scores.Rows, scores.Columns);
    }

    /// <summary>Selects over several matrices together (global scope). Ties go to the earlier matrix, then to the lower index.</summary>
    /// <param name="scores">One matrix of saliencies per layer.</param>
    /// <param name="pattern">Unstructured, or blocks (whose score is the sum over the block).</param>
    /// <param name="sparsity">Fraction of all units to prune, from 0 up to but not including 1.</param>
    /// <param name="rule">How many are pruned.</param>
    /// <param name="layers">Names for messages, as many as matrices; null for none.</param>
    /// <returns>One mask per matrix.</returns>
    /// <exception cref="UsageException">As for one matrix; N:M is a choice within groups and cannot be global.</exception>
    public static IReadOnlyList<Mask> SelectGlobal(
        IReadOnlyList<Matrix> scores, SparsityPattern pattern, double sparsity, SelectionRule rule = SelectionRule.ExactCount,
        IReadOnlyList<string>? layers = null)
    {
        RequireSparsity(sparsity);
        if (pattern.Kind == PatternKind.NOfM)
            throw new UsageException($"The pattern {pattern} fixes the sparsity of every group and cannot be selected globally", "scope",
                "Select each layer by itself");
        var units = new List<Matrix>();
        try
        {
            for (var i = 0; i < scores.Count; i++)
            {
                pattern.RequireFits(scores[i].Rows, scores[i].Columns, layers?[i]);
                RequireNumbers(scores[i], layers?[i]);
                units.Add(pattern.Kind == PatternKind.Block ? BlockSums(scores[i], pattern) : scores[i]);
            }
            var kept = units.ConvertAll(unit => Mask.Full(unit.Rows, unit.Columns));
            PruneLowest(units.ConvertAll(unit => new ScoreSet(unit, 0, unit.Rows, 0, unit.Columns)), kept, sparsity, rule);
            if (pattern.Kind != PatternKind.Block) return kept;
            return [.. kept.Select((mask, i) => Expand(mask, pattern, scores[i].Rows, scores[i].Columns))];
        }
        finally
        {
            if (pattern.Kind == PatternKind.Block) units.ForEach(unit => unit.Dispose());
        }
    }

    /// <summary>Refuses a sparsity outside [0, 1).</summary>
    /// <exception cref="UsageException">It is outside, or not a number.</exception>
    public static void RequireSparsity(double sparsity)
    {
        if (!(sparsity >= 0 && sparsity < 1))
            throw new UsageException($"A sparsity of {sparsity} is outside [0, 1)", "sparsity",
                "Give the fraction of weights to prune, for example 0.5");
    }

    private static void RequireNumbers(Matrix scores, string? layer)
    {
        for (var row = 0; row < scores.Rows; row++)
        {
            var column = scores.Row(row).IndexOfNaN();
            if (column >= 0)
                throw new UsageException($"the score at row {row}, column {column} is not a number", layer ?? "scores",
                    "Check weights and calibration statistics for NaN or infinity");
        }
    }

    private static int IndexOfNaN(this Span<float> values)
    {
        // A sum of squares is NaN exactly when a value is NaN: only then look closer.
        if (TensorPrimitives.Dot(values, values) is var sum && !float.IsNaN(sum)) return -1;
        for (var i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i])) return i;
        }
        return -1;
    }

    private static IEnumerable<ScoreSet> Sets(Matrix units, SelectionScope scope, SparsityPattern pattern)
    {
        switch (scope.Kind)
        {
            case ScopeKind.Row:
                for (var row = 0; row < units.Rows; row++) yield return new(units, row, row + 1, 0, units.Columns);
                break;
            case ScopeKind.ColumnBlock:
                if (scope.Width < 1 || scope.Width % pattern.BlockColumns != 0)
                    throw new UsageException(
                        $"Column blocks of {scope.Width} are no multiple of the {pattern.BlockColumns} columns of {pattern}", "scope");
                var width = scope.Width / pattern.BlockColumns;
                for (var c = 0; c < units.Columns; c += width)
                    yield return new(units, 0, units.Rows, c, Math.Min(units.Columns, c + width));
                break;
            default:
                yield return new(units, 0, units.Rows, 0, units.Columns);
                break;
        }
    }

    private static void PruneLowest(IReadOnlyList<ScoreSet> sets, IReadOnlyList<Mask> kept, double sparsity, SelectionRule rule)
    {
        var total = sets.Sum(set => set.Count);
        var count = (long)(total * sparsity);
        if (total == 0 || sparsity == 0 || (rule == SelectionRule.ExactCount && count == 0)) return;
        var threshold = ScoreSet.Threshold(sets, total, rule == SelectionRule.ExactCount ? count - 1 : count);
        // With an exact count, the scores below the threshold go, and of those equal to it only as many as are still wanted.
        var ties = rule == SelectionRule.ExactCount ? count - sets.Sum(set => set.CountBelow(threshold)) : long.MaxValue;
        for (var i = 0; i < sets.Count; i++) sets[i].Prune(kept[i], threshold, ref ties);
    }

    private static Mask SelectGroups(Matrix scores, SparsityPattern pattern)
    {
        var mask = new Mask(scores.Rows, scores.Columns);
        var m = pattern.Group;
        for (var row = 0; row < scores.Rows; row++)
        {
            var values = scores.Row(row);
            for (var g = 0; g < values.Length; g += m)
            {
                for (var j = 0; j < m; j++)
                {
                    // The rank in ascending order; among equals the lower index ranks lower and is pruned first.
                    var rank = 0;
                    for (var k = 0; k < m; k++) rank += values[g + k] < values[g + j] || (values[g + k] == values[g + j] && k < j) ? 1 : 0;
                    if (rank >= m - pattern.Kept) mask[row, g + j] = true;
                }
            }
        }
        return mask;
    }

    private static Matrix BlockSums(Matrix scores, SparsityPattern pattern)
    {
        var sums = new Matrix(scores.Rows / pattern.BlockRows, scores.Columns / pattern.BlockColumns);
        for (var i = 0; i < sums.Rows; i++)
        {
            for (var j = 0; j < sums.Columns; j++)
            {
                double sum = 0;
                for (var r = 0; r < pattern.BlockRows; r++)
                    for (var c = 0; c < pattern.BlockColumns; c++)
                        sum += scores[(i * pattern.BlockRows) + r, (j * pattern.BlockColumns) + c];
                sums[i, j] = (float)sum;
            }
        }
        RequireNumbers(sums, null);
        return sums;
    }

    private static Mask Expand(Mask units, SparsityPattern pattern, int rows, int columns)
    {
        var mask = new Mask(rows, columns);
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                mask[row, column] = units[row / pattern.BlockRows, column / pattern.BlockColumns];
        return mask;
    }
}
