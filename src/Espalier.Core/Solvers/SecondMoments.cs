using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>Parts of the second moments, about the mean or about zero.</summary>
internal static class SecondMoments
{
    /// <summary>Rows and columns of the given features.</summary>
    public static DoubleMatrix Select(Moments moments, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, bool centred)
    {
        var all = moments.Centred;
        var mean = moments.Mean;
        var result = new DoubleMatrix(rows.Length, columns.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            var source = all.Row(rows[i]);
            var target = result.Row(i);
            var shift = centred ? 0 : moments.Count * mean[rows[i]];
            for (var j = 0; j < target.Length; j++) target[j] = source[columns[j]] + (shift * mean[columns[j]]);
        }
        return result;
    }

    /// <summary>Means of the given features.</summary>
    public static double[] Mean(Moments moments, ReadOnlySpan<int> features)
    {
        var mean = moments.Mean;
        var result = new double[features.Length];
        for (var j = 0; j < result.Length; j++) result[j] = mean[features[j]];
        return result;
    }

    /// <summary>Adds count times left right^T: moves a moment of o outputs and n features from the mean to zero.</summary>
    public static void Uncentre(DoubleMatrix moment, long count, ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        for (var i = 0; i < moment.Rows; i++)
        {
            var row = moment.Row(i);
            TensorPrimitives.MultiplyAdd(right, count * left[i], row, row);
        }
    }
}
