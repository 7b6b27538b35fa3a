using Espalier.Core.Tests.Solvers;
using Espalier.Numerics;
using Xunit;

namespace Espalier.Core.Tests.Numerics;

/// <summary>Products, factors and solves in double against plain loops and elimination.</summary>
public sealed class DoubleAlgebraTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(4, 3, 8)]
    [InlineData(67, 35, 1)]
    [InlineData(130, 71, 517)]
    [InlineData(5, 200, 1030)]
    [InlineData(3, 2, 0)]
    public void ProductsEqualPlainLoops(int m, int n, int k)
    {
        var a = Samples.Normal(m, k, 1);
        var b = Samples.Normal(n, k, 2);
        var expected = Samples.Multiply(a, b.Transpose());
        var one = DoubleProduct.Multiply(a, b, KernelSettings.Default);
        Samples.AssertNear(expected, one, Tolerances.DoubleSum);
        Assert.Equal(one.AsSpan().ToArray(), DoubleProduct.Multiply(a, b, new() { Threads = 3 }).AsSpan().ToArray());
    }

    [Theory]
    [InlineData(70, 33)]
    [InlineData(9, 512)]
    public unsafe void LowerProductsLeaveTheUpperHalfAlone(int n, int k)
    {
        var a = Samples.Normal(n, k, 3);
        var expected = Samples.Multiply(a, a.Transpose());
        var c = new DoubleMatrix(n, n);
        c.AsSpan().Fill(7);
        fixed (double* pa = a.AsSpan(), pc = c.AsSpan())
            DoubleProduct.Add(new(n, n, k), pa, k, pa, k, pc, n, -1, lowerOnly: true, KernelSettings.Default);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) Assert.Equal(j <= i ? 7 - expected[i, j] : 7, c[i, j], Tolerances.Double);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void FactorsSolveAndInvert(int n)
    {
        var x = Samples.Normal(n, 2 * n, 4);
        var a = DoubleProduct.Multiply(x, x, KernelSettings.Default);
        var work = a.Clone();
        var factor = CholeskyFactor.Create(work, new() { Threads = 2 }, out var failed);
        Assert.Equal(-1, failed);
        var truth = Samples.Normal(17, n, 5);
        var rows = Samples.Multiply(truth, a);
        factor!.SolveRows(rows);
        Samples.AssertNear(truth, rows, Tolerances.Double);
        var inverseRows = factor.InverseRows();
        for (var i = 0; i < n; i++) Assert.All(inverseRows.Row(i)[..i].ToArray(), value => Assert.Equal(0, value));
        Samples.AssertNear(Samples.Inverse(a), DoubleProduct.Multiply(inverseRows, inverseRows, KernelSettings.Default), Tolerances.Double);
    }

    [Fact]
    public void DependentColumnsAreFoundThoughRoundingLeavesThemAPositivePivot()
    {
        var x = Samples.Normal(100, 250, 6);
        for (var k = 0; k < x.Columns; k++) x[80, k] = (0.3 * x[10, k]) - (0.7 * x[20, k]) + (0.1 * x[79, k]);
        var a = DoubleProduct.Multiply(x, x, KernelSettings.Default);
        Assert.Null(CholeskyFactor.Create(a, KernelSettings.Default, out var failed));
        Assert.Equal(80, failed);
    }

    [Fact]
    public void MatricesConvertAndSelect()
    {
        using var single = Fixture.Normal(5, 40, 7);
        var matrix = DoubleMatrix.From(single);
        using var back = matrix.ToMatrix();
        Assert.Equal(single.AsSpan().ToArray(), back.AsSpan().ToArray());
        Assert.Equal(single[3, 39], matrix.Transpose()[39, 3]);
        var chosen = matrix.SelectColumns([7, 2]);
        Assert.Equal((matrix[4, 7], matrix[4, 2]), (chosen[4, 0], chosen[4, 1]));
        Assert.Throws<UsageException>(() => DoubleMatrix.FromRows(2, 2, [1, 2, 3]));
        Assert.Throws<UsageException>(() => new DoubleMatrix(100_000, 100_000));
    }
}
