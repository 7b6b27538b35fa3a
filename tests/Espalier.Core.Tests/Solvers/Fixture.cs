using Espalier.Numerics;
using Espalier.Solvers;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>Small layers with correlated inputs, and the call of the solver on copies.</summary>
internal static class Fixture
{
    /// <summary>Runs the solver in place.</summary>
    public static SparseGptResult Solve(Matrix w, Matrix h, SparseGptSettings settings, KernelSettings? kernels = null) =>
        SparseGptSolver.Solve(w, h, settings, kernels, "layer", TestContext.Current.CancellationToken);

    /// <summary>Runs the solver on copies; the new weights belong to the caller.</summary>
    public static (Matrix Weights, SparseGptResult Result) SolveCopy(Matrix w, Matrix h, SparseGptSettings settings,
        KernelSettings? kernels = null)
    {
        var weights = w.Clone();
        using var consumed = h.Clone();
        return (weights, Solve(weights, consumed, settings, kernels));
    }

    public static Matrix Normal(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var value in matrix.AsSpan()) value = (float)Gauss(random);
        return matrix;
    }

    /// <summary>X = Z (I + 0.15 G) with a scale exp(0.7 n) per feature, as the card of the method has it; returns 2/n X^T X.</summary>
    public static Matrix CorrelatedHessian(int features, int tokens, int seed)
    {
        var random = new Random(seed);
        using var mix = new Matrix(features, features);
        for (var i = 0; i < features; i++)
            for (var j = 0; j < features; j++) mix[i, j] = (i == j ? 1 : 0) + (float)(0.15 * Gauss(random));
        for (var j = 0; j < features; j++)
        {
            var scale = (float)Math.Exp(0.7 * Gauss(random));
            for (var i = 0; i < features; i++) mix[i, j] *= scale;
        }
        using var z = Normal(tokens, features, seed + 1);
        using var x = new Matrix(tokens, features);
        Gemm.Multiply(z, mix, x);
        using var gram = new GramAccumulator(features);
        gram.Add(x);
        return gram.Take(2f / tokens);
    }

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
