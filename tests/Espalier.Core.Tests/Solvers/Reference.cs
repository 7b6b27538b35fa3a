using Espalier.Numerics;

namespace Espalier.Core.Tests.Solvers;

/// <summary>SparseGPT as the paper writes it, in double and with plain loops: inverse, Cholesky of the inverse, one column after the
/// other.</summary>
internal static class Reference
{
    /// <summary>tr(D H D^T) with D = before - after.</summary>
    public static double Loss(Matrix before, Matrix after, Matrix h)
    {
        double total = 0;
        var n = before.Columns;
        var d = new double[n];
        for (var i = 0; i < before.Rows; i++)
        {
            for (var j = 0; j < n; j++) d[j] = before[i, j] - (double)after[i, j];
            for (var j = 0; j < n; j++)
            {
                double sum = 0;
                for (var k = 0; k < n; k++) sum += h[j, k] * d[k];
                total += d[j] * sum;
            }
        }
        return total;
    }

    public static double[,] Damped(Matrix h, double damping)
    {
        var n = h.Rows;
        var result = new double[n, n];
        double mean = 0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) result[i, j] = h[i, j];
            if (result[i, i] == 0) result[i, i] = 1;
            mean += result[i, i] / n;
        }
        for (var i = 0; i < n; i++) result[i, i] += damping * mean;
        return result;
    }

    /// <summary>Inverse of a symmetric positive definite matrix by Gauss-Jordan elimination.</summary>
    public static double[,] Inverse(double[,] a)
    {
        var n = a.GetLength(0);
        var m = (double[,])a.Clone();
        var inverse = new double[n, n];
        for (var i = 0; i < n; i++) inverse[i, i] = 1;
        for (var p = 0; p < n; p++)
        {
            var pivot = m[p, p];
            for (var j = 0; j < n; j++)
            {
                m[p, j] /= pivot;
                inverse[p, j] /= pivot;
            }
            for (var i = 0; i < n; i++)
            {
                var factor = m[i, p];
                if (i == p || factor == 0) continue;
                for (var j = 0; j < n; j++)
                {
                    m[i, j] -= factor * m[p, j];
                    inverse[i, j] -= factor * inverse[p, j];
                }
            }
        }
        return inverse;
    }

    /// <summary>The official factor: U upper triangular with inv(H) = U^T U.</summary>
    public static double[,] OfficialFactor(double[,] h)
    {
        var p = Inverse(h);
        var n = p.GetLength(0);
        var u = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = i; j < n; j++)
            {
                var sum = p[i, j];
                for (var k = 0; k < i; k++) sum -= u[k, i] * u[k, j];
                u[i, j] = i == j ? Math.Sqrt(sum) : sum / u[i, i];
            }
        }
        return u;
    }

    /// <summary>The sweep for a given mask (pruned where true), column by column; returns the new weights and the errors.</summary>
    public static (double[,] Weights, double[,] Errors) Sweep(Matrix w, double[,] u, Func<int, int, bool> pruned)
    {
        int rows = w.Rows, n = w.Columns;
        var weights = new double[rows, n];
        var errors = new double[rows, n];
        for (var r = 0; r < rows; r++)
        {
            for (var j = 0; j < n; j++) weights[r, j] = w[r, j];
            for (var i = 0; i < n; i++)
            {
                var q = pruned(r, i) ? 0 : weights[r, i];
                errors[r, i] = (weights[r, i] - q) / u[i, i];
                weights[r, i] = q;
                for (var j = i + 1; j < n; j++) weights[r, j] -= errors[r, i] * u[i, j];
            }
        }
        return (weights, errors);
    }
}
