using Espalier.Numerics;
using Xunit;

namespace Espalier.Core.Tests.Numerics;

/// <summary>Attention against plain loops in double precision, at every vector width, with remainders of tiles and strips.</summary>
public sealed unsafe class AttentionKernelTests
{
    public static TheoryData<int, int, int, int, int, bool, int> Cases
    {
        get
        {
            var data = new TheoryData<int, int, int, int, int, bool, int>();
            foreach (var level in Enum.GetValues<SimdLevel>().Where(level => level <= SimdSupport.Best))
            {
                data.Add(1, 1, 1, 1, 8, true, (int)level);
                data.Add(50, 50, 4, 2, 16, true, (int)level);
                data.Add(131, 131, 3, 1, 24, true, (int)level);
                data.Add(96, 96, 2, 2, 64, true, (int)level);
                data.Add(7, 61, 6, 3, 8, false, (int)level);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Mixed_values_equal_plain_loops(int queries, int keys, int heads, int kvHeads, int dim, bool causal, int level)
    {
        var shape = new AttentionShape(queries, keys, heads, kvHeads, dim, 1.3 / Math.Sqrt(dim), causal);
        using var query = Random(queries, heads * dim, 1);
        using var key = Random(keys, kvHeads * dim, 2);
        using var value = Random(keys, kvHeads * dim, 3);
        using var mixed = new Matrix(queries, heads * dim);

        AttentionKernel.Mix(query.Pointer, key.Pointer, value.Pointer, mixed.Pointer, shape, new KernelSettings { Level = (SimdLevel)level });

        for (var i = 0; i < queries; i++)
        {
            for (var head = 0; head < heads; head++)
            {
                var expected = Plain(query, key, value, shape, i, head);
                for (var d = 0; d < dim; d++) Assert.Equal(expected[d], mixed[i, (head * dim) + d], Tolerances.Product);
            }
        }
    }

    [Fact]
    public void Threads_give_the_same_bits()
    {
        var shape = new AttentionShape(200, 200, 6, 2, 16, 0.25, Causal: true);
        using var query = Random(200, 96, 4);
        using var key = Random(200, 32, 5);
        using var value = Random(200, 32, 6);
        using var one = new Matrix(200, 96);
        using var three = new Matrix(200, 96);

        AttentionKernel.Mix(query.Pointer, key.Pointer, value.Pointer, one.Pointer, shape, 1);
        AttentionKernel.Mix(query.Pointer, key.Pointer, value.Pointer, three.Pointer, shape, 3);

        Assert.Equal(one.AsSpan(), three.AsSpan());
    }

    [Fact]
    public void Large_scores_do_not_overflow_and_leave_the_winner_alone()
    {
        using var query = new Matrix(2, 8);
        using var key = new Matrix(2, 8);
        using var value = Random(2, 8, 7);
        using var mixed = new Matrix(2, 8);
        query[1, 0] = 1e4f;
        key[0, 0] = 1e4f;
        key[1, 0] = -1e4f;

        AttentionKernel.Mix(query.Pointer, key.Pointer, value.Pointer, mixed.Pointer, new AttentionShape(2, 2, 1, 1, 8, 1, Causal: true), 1);

        for (var d = 0; d < 8; d++) Assert.Equal(value[0, d], mixed[1, d], Tolerances.Product);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        foreach (var shape in (AttentionShape[])[new(4, 4, 3, 2, 8, 1, true), new(4, 4, 2, 2, 7, 1, true), new(3, 4, 2, 2, 8, 1, true)])
            Assert.Throws<UsageException>(() => AttentionKernel.Mix(null, null, null, null, shape, 1));
    }

    private static double[] Plain(Matrix query, Matrix key, Matrix value, AttentionShape shape, int i, int head)
    {
        var (dim, shared) = (shape.HeadDim, head / (shape.Heads / shape.KvHeads) * shape.HeadDim);
        var visible = shape.Causal ? i + 1 : shape.Keys;
        var weights = Enumerable.Range(0, visible).Select(j => Enumerable.Range(0, dim).Sum(d => (double)query[i, (head * dim) + d] * key[j, shared + d]) * shape.Scale).Select(Math.Exp).ToArray();
        var sum = weights.Sum();
        return [.. Enumerable.Range(0, dim).Select(d => Enumerable.Range(0, visible).Sum(j => weights[j] * value[j, shared + d]) / sum)];
    }

    private static Matrix Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var element in matrix.AsSpan()) element = (random.NextSingle() * 2) - 1;
        return matrix;
    }
}
