using Espalier.Numerics;
using Espalier.Sparsity;

namespace Espalier.Solvers;

/// <summary>
/// The best weights for a given mask: for every row the exact minimum of tr(D H D^T), in double. With the kept inputs M of a row and its
/// dense weights w the
/// normal equations are H_MM v = (H w)_M. Cost: kept^3 / 3 per row, so a bound and a truth for tests rather than a way to prune large
/// layers.
/// </summary>
public static class MaskedLeastSquares
{
    /// <summary>Solves all rows.</summary>
    /// <param name="weight">Dense weights, d_out x d_in, unchanged.</param>
    /// <param name="hessian">d_in x d_in, symmetric, unchanged; upper half read.</param>
    /// <param name="mask">Kept weights.</param>
    /// <param name="ridge">Added to the diagonal of H, in its own units.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <returns>The new weights, zero where pruned; owned by the caller. Inputs with a zero diagonal of H get zero.</returns>
    /// <exception cref="UsageException">The shapes differ.</exception>
    /// <exception cref="EspalierException">The kept part of H is singular for some row.</exception>
    public static Matrix Solve(Matrix weight, Matrix hessian, Mask mask, double ridge = 0, string? layer = null)
    {
        var n = weight.Columns;
        if (hessian.Rows != n || hessian.Columns != n || mask.Rows != weight.Rows || mask.Columns != n)
            throw new UsageException($"weight {weight.Rows}x{n}, Hessian {hessian.Rows}x{hessian.Columns}"
                + $" and mask {mask.Rows}x{mask.Columns} do not belong together", layer);
        var result = new Matrix(weight.Rows, n);
        var kept = new List<int>(n);
        for (var row = 0; row < weight.Rows; row++)
        {
            kept.Clear();
            for (var j = 0; j < n; j++)
            {
                if (mask[row, j] && hessian[j, j] > 0) kept.Add(j);
            }
            SolveRow(weight.Row(row), hessian, kept, ridge, result.Row(row), row, layer);
        }
        return result;
    }

    private static void SolveRow(ReadOnlySpan<float> w, Matrix hessian, List<int> kept, double ridge, Span<float> result, int row,
        string? layer)
    {
        var m = kept.Count;
        var a = new double[m * m];
        var b = new double[m];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j <= i; j++) a[(i * m) + j] = H(hessian, kept[i], kept[j], ridge);
            for (var j = 0; j < w.Length; j++)
            {
                if (hessian[j, j] > 0) b[i] += H(hessian, kept[i], j, ridge) * w[j];
            }
        }
        DoubleCholesky.Factor(a, m, out var failed);
        if (failed >= 0)
        {
            result.Clear();
            throw new EspalierException($"the Hessian of the kept inputs of row {row} is singular at input {kept[failed]}", layer,
                "Add a ridge, or calibrate with more tokens");
        }
        DoubleCholesky.Solve(a, m, b);
        for (var i = 0; i < m; i++) result[kept[i]] = (float)b[i];
    }

    private static double H(Matrix h, int i, int j, double ridge) => h[Math.Min(i, j), Math.Max(i, j)] + (i == j ? ridge : 0);
}
