using Espalier.Numerics;
using Xunit;

namespace Espalier.Core.Tests.Numerics;

/// <summary>Products against plain loops in double, at every vector width and over sizes around the widths of tiles.</summary>
public sealed class GemmTests
{
    private static readonly int[] s_sizes = [0, 1, 7, 8, 9, 47, 48, 49, 99];

    public static TheoryData<int> Levels()
    {
        var data = new TheoryData<int>();
        foreach (var level in Enum.GetValues<SimdLevel>()) data.Add((int)level);
        return data;
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void ProductsEqualPlainLoops(int level)
    {
        var settings = new KernelSettings { Level = (SimdLevel)level };
        foreach (var m in s_sizes)
        {
            foreach (var n in s_sizes)
            {
                foreach (var k in (int[])[0, 1, 5, 17])
                {
                    Check(m, n, k, (m + n) % 2 == 0, n % 2 == 0, (m + k) % 3 == 0, settings);
                }
            }
        }
        Check(9, 50, (2 * Gemm.DepthBlock) + 3, false, false, true, settings);
        Check(17, 33, Gemm.DepthBlock + 1, true, true, false, settings);
        Check(3, 1200, 400, false, true, false, settings);
    }

    [Fact]
    public void ThreadsDoNotChangeProducts()
    {
        using var a = Random(200, 500, 1);
        using var b = Random(500, 300, 2);
        using var one = new Matrix(200, 300);
        using var three = new Matrix(200, 300);
        Gemm.Multiply(a, b, one);
        Gemm.Multiply(a, b, three, settings: new KernelSettings { Threads = 3 });
        Assert.Equal(one.AsSpan().ToArray(), three.AsSpan().ToArray());
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        using var a = new Matrix(2, 3);
        using var b = new Matrix(4, 5);
        using var c = new Matrix(2, 5);
        Assert.Contains("2x3", Assert.Throws<UsageException>(() => Gemm.Multiply(a, b, c)).Message, StringComparison.Ordinal);
    }

    internal static Matrix Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var value in matrix.AsSpan()) value = (random.NextSingle() * 2) - 1;
        return matrix;
    }

    private static void Check(int m, int n, int k, bool transposeA, bool transposeB, bool accumulate, KernelSettings settings)
    {
        using var a = transposeA ? Random(k, m, 1) : Random(m, k, 1);
        using var b = transposeB ? Random(n, k, 2) : Random(k, n, 2);
        using var c = Random(m, n, 3);
        using var before = c.Clone();
        Gemm.Multiply(a, b, c, transposeA, transposeB, accumulate, settings);
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                double sum = accumulate ? before[i, j] : 0, size = Math.Abs(sum);
                for (var t = 0; t < k; t++)
                {
                    var term = (double)(transposeA ? a[t, i] : a[i, t]) * (transposeB ? b[j, t] : b[t, j]);
                    sum += term;
                    size += Math.Abs(term);
                }
                Assert.True(Math.Abs(sum - c[i, j]) <= Tolerances.Product * size, $"{m}x{n}x{k} at ({i}, {j}): {c[i, j]} for {sum}");
            }
        }
    }
}
