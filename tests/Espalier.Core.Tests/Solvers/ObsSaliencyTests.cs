using Espalier.Numerics;
using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>OBS saliency and update (OBSPA): the golden numbers of the card, and the three forms of the update.</summary>
public sealed class ObsSaliencyTests
{
    private static readonly RepairSettings s_update = new() { RepairBias = false, Damping = 0 };

    [Fact]
    public void TheGoldenLayerCostsWhatTheCardSays()
    {
        // X is features x samples there.
        var z = DoubleMatrix.FromRows(3, 4, [1, 0, 1, 2, 0, 1, 1, 0, 1, 1, 0, 3]).Transpose();
        var weight = DoubleMatrix.FromRows(2, 3, [1, 2, 3, 0, -1, 2]);
        var moments = Samples.MomentsOf(z);
        double[] with = [1.476190, 9.117647, 36.636364], without = [6, 10, 143];
        var saliency = ObsSaliency.Create(moments.Uncentred(), damping: 0);
        var blocks = saliency.Blocks(weight, 1);
        var weights = saliency.Weights(weight);
        for (var column = 0; column < 3; column++)
        {
            Assert.Equal(with[column], blocks[column], Tolerances.SixDecimals);
            Assert.Equal(with[column], weights[0, column] + weights[1, column], Tolerances.SixDecimals);
            var result = LinearRepair.Repair(moments, FeatureSet.Complement([column], 3), weight, [], s_update);
            Assert.Equal(with[column], 4 * result.Errors.Repaired, Tolerances.SixDecimals);
            Assert.Equal(without[column], 4 * result.Errors.None, Tolerances.Double);
            if (column == 0) Samples.AssertNear([2.190476, 3.619048, -1, 2], result.Weight.AsSpan(), Tolerances.SixDecimals);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void BlocksCostWhatTheUpdateLosesInAllItsForms(int size)
    {
        const int n = 24, outputs = 5;
        var moments = Samples.MomentsOf(Samples.Activations(400, n, 1));
        var weight = Samples.Normal(outputs, n, 2);
        var gram = moments.Uncentred();
        var saliency = ObsSaliency.Create(gram, 0.01);
        var h = gram.Clone();
        var lambda = 0.01 * Enumerable.Range(0, n).Average(j => gram[j, j]);
        for (var j = 0; j < n; j++) h[j, j] += lambda;
        Assert.Equal(1, saliency.Lambda / lambda, Tolerances.DoubleSum);
        var inverse = Samples.Inverse(h);
        Samples.AssertNear([.. Enumerable.Range(0, n).Select(j => inverse[j, j])], saliency.InverseDiagonal, Tolerances.Double);
        var blocks = saliency.Blocks(weight, size);
        for (var b = 0; b < n / size; b++)
        {
            var pruned = FeatureSet.Expand([b], size);
            var kept = FeatureSet.Complement(pruned, n);
            var result = LinearRepair.Repair(moments, kept, weight, [], s_update with { Lambda = saliency.Lambda });
            // One step with the block of the inverse.
            var block = Samples.Inverse(Samples.Rows(inverse.SelectColumns(pruned), pruned));
            var step = Samples.Multiply(Samples.Multiply(weight.SelectColumns(pruned), block), Samples.Rows(inverse, pruned));
            // One column after the other.
            var (sequential, rest) = (weight.Clone(), inverse.Clone());
            foreach (var p in pruned)
            {
                for (var i = 0; i < outputs; i++)
                {
                    var factor = sequential[i, p] / rest[p, p];
                    for (var j = 0; j < n; j++) sequential[i, j] -= factor * rest[p, j];
                }
                var row = rest.Row(p).ToArray();
                for (var i = 0; i < n; i++)
                    for (var j = 0; j < n; j++) rest[i, j] -= row[i] * row[j] / row[p];
            }
            var direct = weight.Clone();
            var loss = 0.0;
            for (var i = 0; i < outputs; i++)
            {
                for (var j = 0; j < n; j++) direct[i, j] -= step[i, j];
                for (var j = 0; j < n; j++)
                    for (var k = 0; k < n; k++) loss += step[i, j] * h[j, k] * step[i, k];
            }
            Samples.AssertNear(direct.SelectColumns(kept), result.Weight, Tolerances.Double);
            Samples.AssertNear(sequential.SelectColumns(kept), result.Weight, Tolerances.Double);
            Assert.Equal(1, blocks[b] / loss, Tolerances.Double);
            Assert.Equal(1, saliency.Group(weight, pruned) / loss, Tolerances.Double);
            Assert.True(result.Errors.Repaired <= result.Errors.None);
        }
    }

    [Fact]
    public void InputsOfSeveralChannelsGoTogetherInAnyOrder()
    {
        var moments = Samples.MomentsOf(Samples.Activations(300, 30, 3));
        var weight = Samples.Normal(4, 30, 4);
        var saliency = ObsSaliency.Create(moments.Centred, 0);
        int[] pruned = [22, 3, 4, 29, 11];
        var result = LinearRepair.Repair(moments, FeatureSet.Complement(pruned, 30), weight, [], new() { Damping = 0 });
        Assert.Equal(1, saliency.Group(weight, pruned) / (300 * result.Errors.Repaired), Tolerances.Double);
    }

    [Fact]
    public void DependentChannelsCostNothing()
    {
        var z = Samples.Activations(300, 12, 5);
        for (var i = 0; i < z.Rows; i++)
        {
            z[i, 4] = z[i, 8] - (2 * z[i, 0]);
            z[i, 5] = z[i, 9] + z[i, 1];
        }
        var weight = Samples.Normal(3, 12, 6);
        var moments = Samples.MomentsOf(z);
        var result = LinearRepair.Repair(moments, FeatureSet.Complement([4, 5], 12), weight, [], s_update);
        Assert.InRange(result.Errors.Repaired / result.Errors.None, 0, Tolerances.Double);
        // The whole matrix is singular: the damping is raised, and the cost is next to nothing.
        var saliency = ObsSaliency.Create(moments.Uncentred(), 0, layer: "conv2");
        Assert.Contains("of conv2", Assert.Single(saliency.Messages), StringComparison.Ordinal);
        var blocks = saliency.Blocks(weight, 2);
        Assert.InRange(blocks[2] / blocks[3], 0, 1e-3);
        Assert.Equal(1e-6, saliency.DampingUsed);
    }

    [Fact]
    public void WhatDoesNotBelongTogetherIsRefused()
    {
        Assert.Throws<UsageException>(() => ObsSaliency.Create(new(3, 4)));
        var saliency = ObsSaliency.Create(DoubleMatrix.FromRows(2, 2, [2, 0, 0, 1]));
        Assert.Throws<UsageException>(() => saliency.Blocks(new(1, 2), 3));
        Assert.Throws<UsageException>(() => saliency.Weights(new(1, 3)));
        Assert.Throws<UsageException>(() => saliency.Group(new(1, 2), [0, 0]));
        Assert.Throws<EspalierException>(() => ObsSaliency.Create(DoubleMatrix.FromRows(1, 1, [-1])));
    }
}
