using Espalier.Numerics;
using Xunit;

namespace Espalier.Core.Tests.Numerics;

/// <summary>The memory-bound kernels against plain loops in double precision, at sizes with and without remainders.</summary>
public sealed unsafe class RowKernelTests
{
    [Theory]
    [InlineData(0, 8, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(3, 7, 1)]
    [InlineData(65, 16, 2)]
    [InlineData(130, 33, 3)]
    public void Norms_equal_a_plain_loop(int rows, int width, int threads)
    {
        using var x = Random(rows, width, seed: 1);
        using var scale = Random(1, width, seed: 2);
        using var y = new Matrix(rows, width);

        RowKernels.RmsNorm(x.Pointer, scale.Pointer, y.Pointer, rows, width, 1e-5f, threads);

        for (var i = 0; i < rows; i++)
        {
            var mean = x.Row(i).ToArray().Sum(value => (double)value * value) / width;
            for (var j = 0; j < width; j++) Assert.Equal(x[i, j] / Math.Sqrt(mean + 1e-5) * scale[0, j], y[i, j], 1e-5);
        }
        RowKernels.RmsNorm(x.Pointer, scale.Pointer, x.Pointer, rows, width, 1e-5f, 1);
        Assert.Equal(y.AsSpan(), x.AsSpan());
    }

    [Theory]
    [InlineData(1, 1, 2, 1, 1)]
    [InlineData(5, 3, 8, 4, 1)]
    [InlineData(70, 2, 46, 17, 2)]
    [InlineData(3, 2, 64, 32, 1)]
    public void Rotations_equal_a_plain_loop_and_leave_the_rest_alone(int rows, int heads, int headDim, int half, int threads)
    {
        using var x = Random(rows, heads * headDim, seed: 3);
        using var before = x.Clone();
        using var cosine = Random(rows, half, seed: 4);
        using var sine = Random(rows, half, seed: 5);

        RowKernels.Rotate(x.Pointer, cosine.Pointer, sine.Pointer, rows, heads, headDim, half, threads);

        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < heads * headDim; j++)
            {
                var (head, at) = (j / headDim * headDim, j % headDim);
                double expected = at >= 2 * half ? before[i, j]
                    : at < half ? ((double)before[i, j] * cosine[i, at]) - ((double)before[i, head + at + half] * sine[i, at])
                    : ((double)before[i, j] * cosine[i, at - half]) + ((double)before[i, head + at - half] * sine[i, at - half]);
                Assert.Equal(expected, x[i, j], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 5)]
    [InlineData(300, 19)]
    public void Output_energies_equal_plain_loops(int outputs, int inputs)
    {
        using var weight = Random(outputs, inputs, seed: 6);
        using var x = Random(11, inputs, seed: 7);
        using var gram = new Matrix(inputs, inputs);
        for (var i = 0; i < inputs; i++)
        {
            for (var j = 0; j < inputs; j++) gram[i, j] = (float)Enumerable.Range(0, 9).Sum(row => (double)x[row, i] * x[row, j]);
        }
        var expected = 0.0;
        for (var row = 0; row < 9; row++)
        {
            for (var o = 0; o < outputs; o++)
            {
                var y = Enumerable.Range(0, inputs).Sum(j => (double)weight[o, j] * x[row, j]);
                expected += y * y;
            }
        }

        Assert.Equal(expected, OutputEnergy.WithInputs(weight, x, 9, KernelSettings.Default), 1e-4 * expected);
        Assert.Equal(expected, OutputEnergy.WithHessian(weight, gram, KernelSettings.Default), 1e-4 * expected);
    }

    private static Matrix Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var value in matrix.AsSpan()) value = (float)((2 * random.NextDouble()) - 1);
        return matrix;
    }
}
