using System.Numerics.Tensors;

namespace Espalier.Solvers;

/// <summary>
/// Coordinate descent on the covariance form (Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized Linear Models via Coordinate Descent",
/// 2010, section 2.2): beta_i = soft(q_i - sum over j != i of G_ij beta_j, alpha) / G_ii, in index order. A column that is a multiple of a larger one stays out (of
/// equal ones the first stays in): the solution is optimal without it, and otherwise the coefficient could be shared between the two.
/// </summary>
internal sealed class LassoSolver(LassoProblem problem)
{
    /// <summary>Violation of the optimality conditions at which the solution counts as found, as a fraction of max |q|.</summary>
    private const double Tolerance = 1e-10;

    /// <summary>Coefficients whose step is below this fraction of max |q| are rounding noise of dependent columns.</summary>
    private const double Noise = 1e-12;

    /// <summary>A column is a multiple of another when no more than this share of its variance is its own.</summary>
    private const double OwnShare = 1e-13;

    private const int SweepLimit = 20_000;
    private readonly bool[] _used = Usable(problem);
    private readonly double[] _beta = new double[problem.Columns];
    private readonly double[] _residual = problem.Correlation.ToArray();

    /// <summary>The coefficients of the last solve, where the next one starts.</summary>
    public ReadOnlySpan<double> Coefficients => _beta;

    /// <summary>Z_i^T r / m for every column: alpha in size where the coefficient is not zero, at most alpha elsewhere.</summary>
    public ReadOnlySpan<double> Residual => _residual;

    /// <summary>Whether the last solve reached its tolerance.</summary>
    public bool Converged { get; private set; }

    /// <summary>Coefficients that are not zero.</summary>
    public int Count => _beta.Length - _beta.AsSpan().Count(0.0);

    /// <summary>Solves for one alpha. Full sweeps find the columns that matter; sweeps over those alone do the work.</summary>
    public void Solve(double alpha)
    {
        Refresh();
        Converged = false;
        var allowed = Tolerance * problem.HighestAlpha;
        for (var sweep = 0; sweep < SweepLimit; sweep++)
        {
            Sweep(alpha, activeOnly: false);
            if (Violation(alpha) <= allowed)
            {
                // The running residual gathers rounding errors: the verdict is on a fresh one.
                Refresh();
                Converged = Violation(alpha) <= 2 * allowed;
                if (Converged) return;
            }
            for (; sweep < SweepLimit; sweep++)
            {
                if (Sweep(alpha, activeOnly: true) <= allowed / 10) break;
            }
        }
    }

    private double Sweep(double alpha, bool activeOnly)
    {
        var largest = 0.0;
        for (var i = 0; i < _beta.Length; i++)
        {
            if (!_used[i] || (activeOnly && _beta[i] == 0)) continue;
            var scale = problem.Gram[i, i];
            var free = _residual[i] + (scale * _beta[i]);
            var step = Math.Abs(free) - alpha;
            var value = step <= Noise * problem.HighestAlpha ? 0 : Math.CopySign(step, free) / scale;
            var change = value - _beta[i];
            if (change == 0) continue;
            _beta[i] = value;
            TensorPrimitives.MultiplyAdd(problem.Gram.Row(i), -change, _residual, _residual);
            largest = Math.Max(largest, Math.Abs(change) * scale);
        }
        return largest;
    }

    private double Violation(double alpha)
    {
        var worst = 0.0;
        for (var i = 0; i < _beta.Length; i++)
        {
            if (!_used[i]) continue;
            worst = Math.Max(worst, _beta[i] == 0 ? Math.Abs(_residual[i]) - alpha : Math.Abs(_residual[i] - (Math.Sign(_beta[i]) * alpha)));
        }
        return worst;
    }

    private void Refresh()
    {
        problem.Correlation.CopyTo(_residual);
        for (var i = 0; i < _beta.Length; i++)
        {
            if (_beta[i] != 0) TensorPrimitives.MultiplyAdd(problem.Gram.Row(i), -_beta[i], _residual, _residual);
        }
    }

    private static bool[] Usable(LassoProblem problem)
    {
        var g = problem.Gram;
        var used = new bool[problem.Columns];
        for (var i = 0; i < used.Length; i++)
        {
            used[i] = g[i, i] > 0;
            for (var j = 0; j < i && used[i]; j++)
            {
                if (!used[j] || g[j, j] - (g[i, j] / g[i, i] * g[i, j]) > OwnShare * g[j, j]) continue;
                var larger = g[i, i] > g[j, j] * (1 + OwnShare) ? i : j;
                used[larger == i ? j : i] = false;
            }
        }
        return used;
    }
}
