using Espalier.Numerics;
using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>Random activations and plain loops in double.</summary>
internal static class Samples
{
    public static DoubleMatrix Normal(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new DoubleMatrix(rows, columns);
        foreach (ref var value in matrix.AsSpan())
            value = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return matrix;
    }

    /// <summary>Rows of activations with correlations, scales and means of their own.</summary>
    public static DoubleMatrix Activations(int rows, int features, int seed)
    {
        using var mix = Fixture.Normal(features, features, seed);
        var z = Multiply(Normal(rows, features, seed + 1000), DoubleMatrix.From(mix));
        for (var j = 0; j < features; j++)
        {
            var (scale, mean) = (Math.Exp(0.5 * mix[0, j]), 2 * mix[features - 1, j]);
            for (var i = 0; i < rows; i++) z[i, j] = (scale * z[i, j]) + mean;
        }
        return z;
    }

    public static Moments MomentsOf(DoubleMatrix z, DoubleMatrix? y = null)
    {
        var moments = new Moments(z.Columns, y?.Columns ?? 0);
        moments.Add(z.AsSpan(), y is null ? default : y.AsSpan());
        return moments;
    }

    public static ChannelLassoResult Select(LassoProblem problem, int kept, ChannelLassoSettings? settings = null) =>
        ChannelLasso.Select(problem, kept, settings, cancellation: TestContext.Current.CancellationToken);

    public static KnapsackResult Exact(IReadOnlyList<KnapsackItem> items, long budget, KnapsackSettings? settings = null) =>
        Knapsack.Exact(items, budget, settings, TestContext.Current.CancellationToken);

    /// <summary>A B by three loops.</summary>
    public static DoubleMatrix Multiply(DoubleMatrix a, DoubleMatrix b)
    {
        var c = new DoubleMatrix(a.Rows, b.Columns);
        for (var i = 0; i < a.Rows; i++)
            for (var k = 0; k < a.Columns; k++)
                for (var j = 0; j < b.Columns; j++) c[i, j] += a[i, k] * b[k, j];
        return c;
    }

    /// <summary>Rows of Z W^T + b.</summary>
    public static DoubleMatrix Output(DoubleMatrix z, DoubleMatrix weight, double[]? bias)
    {
        var y = Multiply(z, weight.Transpose());
        for (var i = 0; bias is not null && i < y.Rows; i++)
            for (var k = 0; k < y.Columns; k++) y[i, k] += bias[k];
        return y;
    }

    /// <summary>Mean over rows of the squared distance.</summary>
    public static double MeanSquare(DoubleMatrix a, DoubleMatrix b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Rows; i++)
            for (var k = 0; k < a.Columns; k++) sum += (a[i, k] - b[i, k]) * (a[i, k] - b[i, k]);
        return sum / a.Rows;
    }

    public static double[,] Array(DoubleMatrix a)
    {
        var result = new double[a.Rows, a.Columns];
        for (var i = 0; i < a.Rows; i++)
            for (var j = 0; j < a.Columns; j++) result[i, j] = a[i, j];
        return result;
    }

    /// <summary>A^-1 by elimination, of a symmetric positive definite matrix.</summary>
    public static DoubleMatrix Inverse(DoubleMatrix a)
    {
        var inverse = Reference.Inverse(Array(a));
        var result = new DoubleMatrix(a.Rows, a.Columns);
        for (var i = 0; i < a.Rows; i++)
            for (var j = 0; j < a.Columns; j++) result[i, j] = inverse[i, j];
        return result;
    }

    public static DoubleMatrix Rows(DoubleMatrix a, params int[] rows) => a.Transpose().SelectColumns(rows).Transpose();

    /// <summary>Elements are equal within a fraction of the largest expected one.</summary>
    public static void AssertNear(DoubleMatrix expected, DoubleMatrix actual, double tolerance)
    {
        Assert.Equal((expected.Rows, expected.Columns), (actual.Rows, actual.Columns));
        AssertNear(expected.AsSpan(), actual.AsSpan(), tolerance);
    }

    public static void AssertNear(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 0.0;
        foreach (var value in expected) largest = Math.Max(largest, Math.Abs(value));
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * largest, $"element {i}: {actual[i]:R} instead of {expected[i]:R}, largest {largest:R}");
    }
}
