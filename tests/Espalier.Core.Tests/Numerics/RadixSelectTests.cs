using CsCheck;
using Espalier.Numerics;
using Xunit;

namespace Espalier.Core.Tests.Numerics;

/// <summary>The selection against a sort.</summary>
public sealed class RadixSelectTests
{
    [Fact]
    public void EqualsASort() => Gen.Select(Gen.Float[-1e3f, 1e3f].Array[1, 300], Gen.Int[0, 299]).Sample((values, rank) =>
    {
        var k = rank % values.Length;
        Assert.Equal(values.Order().ElementAt(k), RadixSelect.Select(values, k));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1001)]
    public void TiesExtremesAndSignsAreKeptApart(int count)
    {
        var random = new Random(count);
        var few = (float[])[float.NegativeInfinity, -1f, -1e-40f, 0f, 1e-40f, 1f, 1.0000001f, float.MaxValue, float.PositiveInfinity];
        var values = Enumerable.Range(0, count).Select(_ => few[random.Next(few.Length)]).ToArray();
        var sorted = values.Order().ToArray();
        for (var k = 0; k < count; k += 1 + (count / 37)) Assert.Equal(sorted[k], RadixSelect.Select(values, k));
        Assert.Equal(sorted[^1], RadixSelect.Select(values, count - 1));
    }

    [Fact]
    public void RanksOutsideAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RadixSelect.Select([1f, 2f], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RadixSelect.Select([], 0));
    }
}
