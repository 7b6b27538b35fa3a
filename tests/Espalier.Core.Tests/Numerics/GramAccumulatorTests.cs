using Espalier.Numerics;
using Xunit;

namespace Espalier.Core.Tests.Numerics;

/// <summary>X^T X in batches against plain loops in double.</summary>
public sealed class GramAccumulatorTests
{
    [Theory]
    [MemberData(nameof(GemmTests.Levels), MemberType = typeof(GemmTests))]
    public void EqualsPlainLoops(int level)
    {
        foreach (var features in (int[])[1, 7, 8, 9, 48, 49, 99, 150])
        {
            using var x = GemmTests.Random(37, features, features);
            using var gram = new GramAccumulator(features, new KernelSettings { Level = (SimdLevel)level });
            gram.Add(x);
            Assert.Equal(37, gram.Rows);
            using var h = gram.Take(0.5f);
            CheckGram(x, h, 0.5);
        }
    }

    [Fact]
    public unsafe void BatchesMergingAndThreadsGiveTheSameSum()
    {
        const int features = 130;
        using var x = GemmTests.Random(1000, features, 5);
        using var first = new GramAccumulator(features);
        using var second = new GramAccumulator(features, new KernelSettings { Threads = 2 });
        first.Add(x.Pointer, 300);
        first.Add(x.Pointer + (300 * features), 0);
        second.Add(x.Pointer + (300 * features), 700);
        first.Merge(second);
        Assert.Equal(1000, first.Rows);
        var diagonal = first.Diagonal();
        using var h = first.Take();
        CheckGram(x, h, 1);
        Assert.Equal(h[7, 7], diagonal[7]);
    }

    [Fact]
    public void ThreadsDoNotChangeTheSum()
    {
        using var x = GemmTests.Random(500, 300, 6);
        using var one = new GramAccumulator(300);
        using var three = new GramAccumulator(300, new KernelSettings { Threads = 3 });
        one.Add(x);
        three.Add(x);
        using var a = one.Take();
        using var b = three.Take();
        Assert.Equal(a.AsSpan().ToArray(), b.AsSpan().ToArray());
    }

    [Fact]
    public void FeaturesThatDoNotFitAreRefused()
    {
        using var gram = new GramAccumulator(4);
        using var other = new GramAccumulator(5);
        using var x = new Matrix(2, 5);
        Assert.Throws<UsageException>(() => gram.Add(x));
        Assert.Throws<UsageException>(() => gram.Merge(other));
    }

    private static void CheckGram(Matrix x, Matrix h, double scale)
    {
        for (var i = 0; i < x.Columns; i++)
        {
            for (var j = 0; j < x.Columns; j++)
            {
                double sum = 0, size = 0;
                for (var t = 0; t < x.Rows; t++)
                {
                    var term = scale * x[t, i] * x[t, j];
                    sum += term;
                    size += Math.Abs(term);
                }
                Assert.True(Math.Abs(sum - h[i, j]) <= Tolerances.Product * size, $"({i}, {j}): {h[i, j]} for {sum}");
            }
        }
    }
}
