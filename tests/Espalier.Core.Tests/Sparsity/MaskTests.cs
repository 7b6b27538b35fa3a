using CsCheck;
using Espalier.Numerics;
using Espalier.Sparsity;
using Xunit;

namespace Espalier.Core.Tests.Sparsity;

public sealed class MaskTests
{
    private static readonly Gen<Mask> s_masks = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 140], Gen.Int[1, 1000]).Select((rows, columns, seed) =>
    {
        var random = new Random(seed);
        var mask = new Mask(rows, columns);
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) mask[i, j] = random.Next(2) == 1;
        return mask;
    });

    [Fact]
    public void BytesGoThereAndBack() => s_masks.Sample(mask =>
    {
        var bytes = mask.ToBytes();
        var back = Mask.FromBytes(mask.Rows, mask.Columns, bytes);
        Assert.Equal(mask, back);
        Assert.Equal(mask.GetHashCode(), back.GetHashCode());
        Assert.Equal(mask, mask.Clone());
    });

    [Fact]
    public void CountsEqualALoop() => s_masks.Sample(mask =>
    {
        long total = 0;
        for (var i = 0; i < mask.Rows; i++)
        {
            var kept = Enumerable.Range(0, mask.Columns).Count(j => mask[i, j]);
            Assert.Equal(kept, mask.KeptInRow(i));
            total += kept;
        }
        Assert.Equal(total, mask.Kept);
        Assert.Equal(mask.Length, Mask.Full(mask.Rows, mask.Columns).Kept);
    });

    [Fact]
    public void BitsAreLowestFirstAndEachRowStartsAByte()
    {
        var mask = new Mask(2, 3) { [0, 0] = true, [1, 0] = true, [1, 2] = true };
        Assert.Equal([0b001, 0b101], mask.ToBytes());
        Assert.Equal(mask, Mask.FromBytes(2, 3, [0b11111001, 0b101]));
        Assert.Throws<UsageException>(() => Mask.FromBytes(2, 3, new byte[1]));
    }

    [Fact]
    public void ApplyingAndReadingZerosAgree()
    {
        using var weights = Matrix.FromRows(2, 3, [1, 2, 3, 4, 5, 6]);
        var mask = new Mask(2, 3) { [0, 1] = true, [1, 2] = true };
        mask.Apply(weights);
        Assert.Equal([0, 2, 0, 0, 0, 6], weights.AsSpan().ToArray());
        Assert.Equal(mask, Mask.FromNonZeros(weights));
        using var other = new Matrix(3, 2);
        Assert.Throws<UsageException>(() => mask.Apply(other));
        Assert.Throws<ArgumentOutOfRangeException>(() => mask[0, 3]);
    }

    [Fact]
    public void AViolationIsFoundAndNamed()
    {
        var mask = new Mask(3, 8);
        mask[1, 4] = mask[1, 5] = true;
        Assert.Null(mask.FindNMViolation(SparsityPattern.NOfM(2, 4)));
        mask.RequireNM(SparsityPattern.NOfM(2, 4));
        mask[1, 7] = true;
        Assert.Equal((1, 1, 3), mask.FindNMViolation(SparsityPattern.NOfM(2, 4)));
        var error = Assert.Throws<EspalierException>(() => mask.RequireNM(SparsityPattern.NOfM(2, 4), "q_proj"));
        Assert.Contains("q_proj: the mask breaks 2:4: row 1, group 1 (columns 4 to 7) keeps 3", error.Message, StringComparison.Ordinal);
    }
}
