using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Espalier.Numerics;

/// <summary>The inverse of small upper triangular blocks, computed in double by rows from the last to the first.</summary>
internal static unsafe class TriangularInverse
{
    /// <summary>Inverts the upper triangle of a float matrix; zeros are written below the diagonal of the result.</summary>
    /// <param name="r">First element of the block.</param>
    /// <param name="stride">Distance between its rows, in floats.</param>
    /// <param name="n">Size of the block.</param>
    /// <param name="inverse">n rows of <paramref name="inverseStride"/> floats.</param>
    /// <param name="inverseStride">Distance between the rows of the result.</param>
    public static void Upper(float* r, long stride, int n, float* inverse, int inverseStride)
    {
        var copy = new double[n * n];
        for (var i = 0; i < n; i++)
            for (var j = i; j < n; j++) copy[(i * n) + j] = r[(i * stride) + j];
        Upper(copy, n, inverse, inverseStride);
    }

    /// <summary>Inverts an upper triangular matrix of doubles, n x n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Upper(ReadOnlySpan<double> r, int n, float* inverse, int inverseStride)
    {
        var u = new double[n * n];
        for (var i = n - 1; i >= 0; i--)
        {
            // Row i of U: (e_i - sum over k > i of R_ik U_k) / R_ii.
            var row = u.AsSpan((i * n) + i, n - i);
            for (var k = i + 1; k < n; k++)
            {
                var tail = row[(k - i)..];
                TensorPrimitives.MultiplyAdd<double>(u.AsSpan((k * n) + k, n - k), -r[(i * n) + k], tail, tail);
            }
            row[0] += 1;
            TensorPrimitives.Divide<double>(row, r[(i * n) + i], row);
        }
        for (var i = 0; i < n; i++)
        {
            var target = new Span<float>(inverse + ((long)i * inverseStride), inverseStride);
            target.Clear();
            for (var j = i; j < n; j++) target[j] = (float)u[(i * n) + j];
        }
    }
}
