using System.Diagnostics;
using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// The factor H = R R^T (R upper triangular) that SparseGPT sweeps with. Layers that read the same inputs (q, k and v; gate and up) share it.
/// The official code forms inv(H) = U^T U; U is the inverse of R, and is never needed but for blocks on the diagonal.
/// </summary>
public sealed class SparseGptFactor
{
    private const double HighestDamping = 100;

    private SparseGptFactor(Matrix r, double mean, double damping, IReadOnlyList<string> escalations, IReadOnlyList<int> dead, double seconds)
    {
        R = r;
        MeanDiagonal = mean;
        DampingUsed = damping;
        DampingEscalations = escalations;
        DeadInputs = dead;
        Seconds = seconds;
    }

    /// <summary>Number of inputs.</summary>
    public int Inputs => R.Columns;

    /// <summary>The fraction of the mean diagonal that was added in the end.</summary>
    public double DampingUsed { get; }

    /// <summary>Mean of the diagonal of H (dead inputs count as 1), of which the damping is a fraction.</summary>
    public double MeanDiagonal { get; }

    /// <summary>One message for every time that the factorisation failed and the damping was raised.</summary>
    public IReadOnlyList<string> DampingEscalations { get; }

    /// <summary>Inputs whose diagonal of H was zero.</summary>
    public IReadOnlyList<int> DeadInputs { get; }

    /// <summary>Wall time of the factorisation.</summary>
    public double Seconds { get; }

    /// <summary>R in the upper triangle; the lower one still holds H (without damping).</summary>
    internal Matrix R { get; }

    /// <summary>Factors H in place. The matrix stays the caller's to dispose, after the last solve with this factor.</summary>
    /// <param name="h">d_in x d_in, symmetric with both halves filled, consumed.</param>
    /// <param name="damping">Added to the diagonal, as a fraction of its mean (taken after dead inputs are set to 1).</param>
    /// <param name="settings">Threads; one by default.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <exception cref="UsageException">H is not square, or the damping is negative.</exception>
    /// <exception cref="EspalierException">H holds NaN or infinity, a negative diagonal, or cannot be factored even with much damping.</exception>
    public static SparseGptFactor Create(Matrix h, double damping = 0.01, KernelSettings? settings = null, string? layer = null)
    {
        if (h.Rows != h.Columns) throw new UsageException($"the Hessian is {h.Rows}x{h.Columns}, not square", layer ?? "Hessian");
        if (!(damping >= 0) || double.IsInfinity(damping)) throw new UsageException($"a damping of {damping} is impossible", layer ?? "damping", "Use a small positive fraction such as 0.01");
        var watch = Stopwatch.StartNew();
        RequireFinite(h, layer);
        var n = h.Columns;
        var dead = new List<int>();
        var diagonal = new float[n];
        double sum = 0;
        for (var j = 0; j < n; j++)
        {
            if (h[j, j] < 0) throw new EspalierException($"the Hessian has a negative diagonal entry, {h[j, j]} at input {j}, which no sum of squares has", layer, "Accumulate it anew");
            if (h[j, j] == 0)
            {
                dead.Add(j);
                h[j, j] = 1;
            }
            diagonal[j] = h[j, j];
            sum += diagonal[j];
        }
        var mean = n == 0 ? 0 : sum / n;
        var escalations = new List<string>();
        for (var current = damping; ; current = current == 0 ? 0.01 : current * 10)
        {
            for (var j = 0; j < n; j++) h[j, j] = diagonal[j] + (float)(current * mean);
            var failed = ReverseCholesky.Factor(h, settings ?? KernelSettings.Default);
            if (failed < 0) return new(h, mean, current, escalations, dead, watch.Elapsed.TotalSeconds);
            var next = current == 0 ? 0.01 : current * 10;
            if (next > HighestDamping)
            {
                throw new EspalierException(
                    $"the Hessian cannot be factored: the pivot of input {failed} is not positive even with a damping of {current} times the mean diagonal", layer,
                    "Check that it is a sum of X^T X and symmetric, and calibrate with more tokens");
            }
            escalations.Add($"The Hessian{(layer is null ? "" : $" of {layer}")} is not positive definite with a damping of {current} (pivot of input {failed}); retried with {next}. More calibration tokens help.");
            Triangles.MirrorLower(h);
        }
    }

    private static void RequireFinite(Matrix h, string? layer)
    {
        for (var i = 0; i < h.Rows; i++)
        {
            var row = h.Row(i);
            if (float.IsFinite(TensorPrimitives.SumOfMagnitudes<float>(row))) continue;
            for (var j = 0; j < row.Length; j++)
            {
                if (float.IsFinite(row[j])) continue;
                throw new EspalierException($"the Hessian holds {row[j]} at ({i}, {j})", layer, "Look for NaN, infinity or overflow in the calibration activations of this layer");
            }
        }
    }
}
