using Espalier.Numerics;
using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>Streaming moments against two plain passes.</summary>
public sealed class MomentsTests
{
    private const int Rows = 700, Features = 23, Outputs = 5;
    private readonly DoubleMatrix _z = Samples.Activations(Rows, Features, 1);
    private readonly DoubleMatrix _y = Samples.Activations(Rows, Outputs, 2);

    [Fact]
    public void MomentsEqualTwoPlainPasses()
    {
        var moments = Samples.MomentsOf(_z, _y);
        var (meanZ, meanY) = (Mean(_z), Mean(_y));
        var (zc, yc) = (Centred(_z, meanZ), Centred(_y, meanY));
        Assert.Equal(Rows, moments.Count);
        Samples.AssertNear(meanZ, moments.Mean, Tolerances.DoubleSum);
        Samples.AssertNear(meanY, moments.TargetMean, Tolerances.DoubleSum);
        Samples.AssertNear(Samples.Multiply(zc.Transpose(), zc), moments.Centred, Tolerances.DoubleSum);
        Samples.AssertNear(Samples.Multiply(yc.Transpose(), zc), moments.Cross, Tolerances.DoubleSum);
        Samples.AssertNear(Samples.Multiply(_z.Transpose(), _z), moments.Uncentred(), Tolerances.DoubleSum);
        var energy = Samples.Multiply(yc.Transpose(), yc);
        Samples.AssertNear([.. Enumerable.Range(0, Outputs).Select(k => energy[k, k])], moments.TargetEnergy, Tolerances.DoubleSum);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(256)]
    [InlineData(699)]
    public void TheSplitIntoBatchesDoesNotChangeABit(int batch)
    {
        var whole = Samples.MomentsOf(_z, _y);
        var parts = new Moments(Features, Outputs, new() { Threads = 2 });
        for (var i = 0; i < Rows; i += batch)
        {
            var count = Math.Min(batch, Rows - i);
            parts.Add(_z.AsSpan().Slice(i * Features, count * Features), _y.AsSpan().Slice(i * Outputs, count * Outputs));
        }
        Assert.Equal(whole.Centred.AsSpan().ToArray(), parts.Centred.AsSpan().ToArray());
        Assert.Equal(whole.Cross.AsSpan().ToArray(), parts.Cross.AsSpan().ToArray());
        Assert.Equal(whole.Mean.ToArray(), parts.Mean.ToArray());
        Assert.Equal(whole.TargetEnergy.ToArray(), parts.TargetEnergy.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    public void MergedPartsEqualTheWhole(int first)
    {
        var whole = Samples.MomentsOf(_z, _y);
        var a = new Moments(Features, Outputs);
        a.Add(_z.AsSpan()[..(first * Features)], _y.AsSpan()[..(first * Outputs)]);
        var b = new Moments(Features, Outputs);
        b.Add(_z.AsSpan()[(first * Features)..], _y.AsSpan()[(first * Outputs)..]);
        a.Merge(b);
        Assert.Equal(Rows - first, b.Count);
        Assert.Equal(Rows, a.Count);
        Samples.AssertNear(whole.Mean, a.Mean, Tolerances.DoubleSum);
        Samples.AssertNear(whole.Centred, a.Centred, Tolerances.DoubleSum);
        Samples.AssertNear(whole.Cross, a.Cross, Tolerances.DoubleSum);
        Samples.AssertNear(whole.TargetEnergy, a.TargetEnergy, Tolerances.DoubleSum);
    }

    [Fact]
    public void ReadingInBetweenAndFloatsChangeOnlyTheRounding()
    {
        float[] z = [.. _z.AsSpan().ToArray().Select(value => (float)value)];
        var whole = new Moments(Features);
        whole.Add(z);
        var parts = new Moments(Features);
        parts.Add(z.AsSpan(0, 300 * Features));
        Assert.Equal(parts.Centred[3, 1], parts.Centred[1, 3]);
        parts.Add(z.AsSpan(300 * Features));
        Samples.AssertNear(whole.Centred, parts.Centred, Tolerances.DoubleSum);
        Assert.Equal(parts.Centred[3, 1], parts.Centred[1, 3]);
        using var matrix = _z.ToMatrix();
        var rows = new Moments(Features);
        rows.Add(matrix);
        Assert.Equal(whole.Centred.AsSpan().ToArray(), rows.Centred.AsSpan().ToArray());
        Assert.Throws<UsageException>(() => rows.Add(matrix, matrix));
    }

    [Fact]
    public void LargeMeansDoNotEatTheVariance()
    {
        var shifted = _z.Clone();
        foreach (ref var value in shifted.AsSpan()) value += 1e7;
        // The shift itself rounds the values by 1e-9.
        Samples.AssertNear(Samples.MomentsOf(_z).Centred, Samples.MomentsOf(shifted).Centred, Tolerances.DoubleSolve);
    }

    [Fact]
    public void WhatDoesNotBelongTogetherIsRefused()
    {
        var moments = new Moments(3, 1);
        Assert.Contains("whole rows", Assert.Throws<UsageException>(() => moments.Add(new double[4], new double[1])).Message, StringComparison.Ordinal);
        Assert.Contains("target", Assert.Throws<UsageException>(() => moments.Add(new double[6], new double[1])).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => moments.Merge(new Moments(3)));
        Assert.Throws<UsageException>(() => FeatureSet.Complement([1, 1], 3));
        Assert.Throws<UsageException>(() => FeatureSet.Complement([3], 3));
        Assert.Equal([0, 3], FeatureSet.Complement([2, 1], 4));
        Assert.Equal([4, 5, 0, 1], FeatureSet.Expand([2, 0], 2));
    }

    private static double[] Mean(DoubleMatrix a) =>
        [.. Enumerable.Range(0, a.Columns).Select(j => Enumerable.Range(0, a.Rows).Average(i => a[i, j]))];

    private static DoubleMatrix Centred(DoubleMatrix a, double[] mean)
    {
        var result = a.Clone();
        for (var i = 0; i < a.Rows; i++)
            for (var j = 0; j < a.Columns; j++) result[i, j] -= mean[j];
        return result;
    }
}
