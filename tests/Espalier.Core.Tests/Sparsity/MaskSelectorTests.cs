using CsCheck;
using Espalier.Numerics;
using Espalier.Sparsity;
using Xunit;

namespace Espalier.Core.Tests.Sparsity;

/// <summary>Selection against stable sorts.</summary>
public sealed class MaskSelectorTests
{
    private static readonly SparsityPattern s_free = SparsityPattern.Unstructured;

    /// <summary>Few distinct values, so ties are everywhere.</summary>
    private static readonly Gen<(int Rows, int Columns, float[] Values, double Sparsity)> s_cases =
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 40], Gen.Int[0, 9].Array[240], Gen.Double[0, 0.99])
            .Select((rows, columns, levels, sparsity) => (rows, columns, levels.Take(rows * columns).Select(level => (float)level).ToArray(), sparsity));

    [Fact]
    public void ExactCountIsAStableSort() => s_cases.Sample(c =>
    {
        using var scores = Matrix.FromRows(c.Rows, c.Columns, c.Values);
        var rows = MaskSelector.Select(scores, s_free, SelectionScope.Row, c.Sparsity);
        for (var i = 0; i < c.Rows; i++)
        {
            var pruned = Enumerable.Range(0, c.Columns).OrderBy(j => scores[i, j]).Take((int)(c.Columns * c.Sparsity)).ToHashSet();
            for (var j = 0; j < c.Columns; j++) Assert.Equal(!pruned.Contains(j), rows[i, j]);
        }
        var layer = MaskSelector.Select(scores, s_free, SelectionScope.Layer, c.Sparsity);
        var lowest = Enumerable.Range(0, c.Values.Length).OrderBy(i => c.Values[i]).Take((int)(c.Values.Length * c.Sparsity)).ToHashSet();
        for (var i = 0; i < c.Values.Length; i++) Assert.Equal(!lowest.Contains(i), layer[i / c.Columns, i % c.Columns]);
    });

    [Fact]
    public void InclusiveThresholdTakesTheThresholdAndAllTies() => s_cases.Sample(c =>
    {
        using var scores = Matrix.FromRows(c.Rows, c.Columns, c.Values);
        var mask = MaskSelector.Select(scores, s_free, SelectionScope.ColumnBlock(7), c.Sparsity, SelectionRule.InclusiveThreshold);
        for (var first = 0; first < c.Columns; first += 7)
        {
            var columns = Enumerable.Range(first, Math.Min(7, c.Columns - first)).ToArray();
            var sorted = columns.SelectMany(j => Enumerable.Range(0, c.Rows).Select(i => scores[i, j])).Order().ToArray();
            var threshold = sorted[(int)(sorted.Length * c.Sparsity)];
            foreach (var j in columns)
                for (var i = 0; i < c.Rows; i++) Assert.Equal(c.Sparsity == 0 || scores[i, j] > threshold, mask[i, j]);
        }
    });

    [Theory]
    [InlineData(2, 4)]
    [InlineData(1, 4)]
    [InlineData(3, 5)]
    [InlineData(4, 8)]
    public void GroupsKeepExactlyNAndTiesGoToTheLowerIndex(int kept, int group)
    {
        var random = new Random(1);
        using var scores = new Matrix(5, group * 6);
        foreach (ref var value in scores.AsSpan()) value = random.Next(3);
        var mask = MaskSelector.Select(scores, SparsityPattern.NOfM(kept, group), SelectionScope.Row, 0);
        Assert.Null(mask.FindNMViolation(SparsityPattern.NOfM(kept, group)));
        for (var i = 0; i < 5; i++)
        {
            for (var g = 0; g < scores.Columns; g += group)
            {
                var pruned = Enumerable.Range(g, group).OrderBy(j => scores[i, j]).Take(group - kept).ToHashSet();
                for (var j = g; j < g + group; j++) Assert.Equal(!pruned.Contains(j), mask[i, j]);
            }
        }
    }

    [Fact]
    public void BlocksGoByTheirSums()
    {
        using var scores = Matrix.FromRows(2, 4, [9, 0, 1, 1, 0, 0, 1, 7]);
        var mask = MaskSelector.Select(scores, SparsityPattern.Block(2, 2), SelectionScope.Layer, 0.5);
        Assert.Equal((false, false, true, true), (mask[0, 0], mask[1, 1], mask[0, 2], mask[1, 3]));
    }

    [Fact]
    public void GlobalSelectionComparesAcrossMatrices()
    {
        using var first = Matrix.FromRows(1, 4, [1, 2, 3, 4]);
        using var second = Matrix.FromRows(2, 2, [5, 1, 7, 8]);
        var masks = MaskSelector.SelectGlobal([first, second], s_free, 0.5);
        Assert.Equal([false, false, false, true], Enumerable.Range(0, 4).Select(j => masks[0][0, j]));
        Assert.Equal((true, false, true, true), (masks[1][0, 0], masks[1][0, 1], masks[1][1, 0], masks[1][1, 1]));
        // A tie goes to the earlier matrix.
        var three = MaskSelector.SelectGlobal([first, second], s_free, 0.125);
        Assert.Equal((false, true), (three[0][0, 0], three[1][0, 1]));
        Assert.Throws<UsageException>(() => MaskSelector.SelectGlobal([first], SparsityPattern.NOfM(2, 4), 0.5));
    }

    [Fact]
    public void WrongRequestsAreRefused()
    {
        using var scores = Matrix.FromRows(2, 6, [1, 2, 3, 4, 5, 6, 7, 8, float.NaN, 10, 11, 12]);
        var nan = Assert.Throws<UsageException>(() => MaskSelector.Select(scores, s_free, SelectionScope.Row, 0.5, layer: "up_proj"));
        Assert.Contains("up_proj: the score at row 1, column 2", nan.Message, StringComparison.Ordinal);
        scores[1, 2] = 9;
        foreach (var sparsity in (double[])[-0.1, 1, double.NaN])
            Assert.Throws<UsageException>(() => MaskSelector.Select(scores, s_free, SelectionScope.Row, sparsity));
        Assert.Throws<UsageException>(() => MaskSelector.Select(scores, SparsityPattern.NOfM(2, 4), SelectionScope.Row, 0));
        Assert.Throws<UsageException>(() => SelectionScope.ColumnBlock(0));
        Assert.Equal(12, MaskSelector.Select(scores, s_free, SelectionScope.Layer, 0, SelectionRule.InclusiveThreshold).Kept);
    }
}
