using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// SparseGPT: prunes the columns of a weight from left to right and lets the columns still to come make up for each error.
/// Source: "SparseGPT: Massive Language Models Can Be Accurately Pruned in One-Shot", Frantar and Alistarh 2023, algorithm 1; same masks
/// and
/// weights as the official code, with the factor kept as R (H = R R^T) instead of its inverse.
/// </summary>
public static class SparseGptSolver
{
    /// <summary>Prunes one layer.</summary>
    /// <param name="weight">d_out x d_in, overwritten with the new weights.</param>
    /// <param name="hessian">d_in x d_in, 2/n X^T X with both halves filled; consumed.</param>
    /// <param name="settings">Options.</param>
    /// <param name="kernels">Threads; one by default. The result does not depend on their number.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <param name="cancellation">Stops between column blocks; the weight is then partly overwritten.</param>
    /// <exception cref="UsageException">Options out of range or at odds with the shapes.</exception>
    /// <exception cref="EspalierException">NaN or infinity in the inputs, or a Hessian that cannot be factored.</exception>
    public static SparseGptResult Solve(
        Matrix weight, Matrix hessian, SparseGptSettings settings, KernelSettings? kernels = null, string? layer = null,
        CancellationToken cancellation = default)
    {
        Check(weight, hessian.Columns, settings, layer);
        var factor = SparseGptFactor.Create(hessian, settings.Damping, kernels, layer);
        return Run(weight, factor, settings, kernels, factor.Seconds, cancellation);
    }

    /// <summary>Prunes one layer with a factor that other layers may share; the damping of the factor counts.</summary>
    /// <param name="weight">d_out x d_in, overwritten with the new weights.</param>
    /// <param name="factor">The factor of the Hessian of the layer's inputs, unchanged.</param>
    /// <param name="settings">Options.</param>
    /// <param name="kernels">Threads; one by default. The result does not depend on their number.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <param name="cancellation">Stops between column blocks; the weight is then partly overwritten.</param>
    /// <exception cref="UsageException">Options out of range or at odds with the shapes.</exception>
    /// <exception cref="EspalierException">NaN or infinity in the weight.</exception>
    public static SparseGptResult Solve(
        Matrix weight, SparseGptFactor factor, SparseGptSettings settings, KernelSettings? kernels = null, string? layer = null,
        CancellationToken cancellation = default)
    {
        Check(weight, factor.Inputs, settings, layer);
        return Run(weight, factor, settings, kernels, 0, cancellation);
    }

    private static SparseGptResult Run(
        Matrix weight, SparseGptFactor factor, SparseGptSettings settings, KernelSettings? kernels, double factorSeconds,
        CancellationToken cancellation)
    {
        using var sweep = new SparseGptSweep(weight, factor, settings, kernels ?? KernelSettings.Default);
        return sweep.Run(factorSeconds, cancellation);
    }

    private static void Check(Matrix weight, int inputs, SparseGptSettings settings, string? layer)
    {
        if (weight.Columns != inputs)
            throw new UsageException($"the weight has {weight.Columns} inputs, the Hessian {inputs}", layer ?? "weight");
        settings.Validate(weight.Rows, weight.Columns, layer);
        for (var row = 0; row < weight.Rows; row++)
        {
            var values = weight.Row(row);
            if (float.IsFinite(TensorPrimitives.SumOfMagnitudes<float>(values))) continue;
            for (var j = 0; j < values.Length; j++)
            {
                if (!float.IsFinite(values[j]))
                    throw new EspalierException($"the weight holds {values[j]} at row {row}, column {j}", layer);
            }
        }
    }
}
