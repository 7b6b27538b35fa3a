using System.Numerics.Tensors;

namespace Espalier.Numerics;

/// <summary>Cholesky factorisation A = L L^T of small matrices of doubles, row-major, lower half.</summary>
internal static class DoubleCholesky
{
    /// <summary>Factors in place; <paramref name="failed"/> is -1 or the first pivot that is not positive.</summary>
    public static void Factor(Span<double> a, int n, out int failed)
    {
        failed = -1;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = a[(i * n) + j] - TensorPrimitives.Dot<double>(a.Slice(i * n, j), a.Slice(j * n, j));
                if (i != j)
                {
                    a[(i * n) + j] = sum / a[(j * n) + j];
                    continue;
                }
                if (!(sum > 0))
                {
                    failed = i;
                    return;
                }
                a[(i * n) + i] = Math.Sqrt(sum);
            }
        }
    }

    /// <summary>Replaces b by x with L L^T x = b.</summary>
    public static void Solve(ReadOnlySpan<double> l, int n, Span<double> b)
    {
        for (var i = 0; i < n; i++) b[i] = (b[i] - TensorPrimitives.Dot<double>(l.Slice(i * n, i), b[..i])) / l[(i * n) + i];
        for (var i = n - 1; i >= 0; i--)
        {
            b[i] /= l[(i * n) + i];
            TensorPrimitives.MultiplyAdd<double>(l.Slice(i * n, i), -b[i], b[..i], b[..i]);
        }
    }
}
