using Espalier.Methods;
using Espalier.Numerics;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;

namespace Espalier.Tests.Methods;

/// <summary>One layer with inputs, pruned by a method of the registry; everything else is left to plain loops in double.</summary>
internal static class LayerCase
{
    /// <summary>Prunes a copy of the weight; the new weight belongs to the caller.</summary>
    /// <param name="method">Id of the method.</param>
    /// <param name="weight">W [outputs, inputs], unchanged.</param>
    /// <param name="samples">Inputs, one matrix [tokens, inputs] a sample; null for methods without data.</param>
    /// <param name="sparsity">Fraction to remove.</param>
    /// <param name="pattern">Pattern of the mask.</param>
    /// <param name="scope">Where weights compete.</param>
    /// <param name="options">Options of the method as <c>name=value</c>.</param>
    public static (Matrix Weight, LayerSolution Solution) Prune(string method, Matrix weight, IReadOnlyList<Matrix>? samples, double sparsity,
        string pattern = "unstructured", SelectionScope? scope = null, params string[] options)
    {
        var descriptor = MethodRegistry.Find(method);
        using var statistics = samples is null || descriptor.Needs == StatisticsNeeds.None ? null : Statistics(descriptor.Needs, samples);
        var pruned = weight.Clone();
        var solution = descriptor.Bind(options.Select(option => option.Split('=')).ToDictionary(parts => parts[0], parts => parts[1])).Prune(new LayerProblem
        {
            Layer = "layer",
            Weight = pruned,
            Statistics = statistics,
            Sparsity = sparsity,
            Pattern = SparsityPattern.Parse(pattern),
            Scope = scope,
            Kernels = KernelSettings.Default,
        });
        return (pruned, solution);
    }

    /// <summary>The mask alone.</summary>
    public static Mask Mask(string method, Matrix weight, IReadOnlyList<Matrix>? samples, double sparsity, string pattern = "unstructured",
        SelectionScope? scope = null, params string[] options)
    {
        var (pruned, solution) = Prune(method, weight, samples, sparsity, pattern, scope, options);
        pruned.Dispose();
        return solution.Mask;
    }

    /// <summary>Statistics of samples.</summary>
    public static unsafe LayerStatistics Statistics(StatisticsNeeds needs, IReadOnlyList<Matrix> samples)
    {
        var statistics = new LayerStatistics(samples[0].Columns, needs, KernelSettings.Default, samples.Count);
        foreach (var sample in samples) statistics.Add(sample.Pointer, sample.Rows);
        return statistics;
    }

    /// <summary>||(W - V) X^T||^2 over all samples.</summary>
    public static double SquaredError(Matrix before, Matrix after, IReadOnlyList<Matrix> samples)
    {
        var total = 0.0;
        foreach (var x in samples)
        {
            for (var token = 0; token < x.Rows; token++)
            {
                var input = x.Row(token);
                for (var row = 0; row < before.Rows; row++)
                {
                    var w = before.Row(row);
                    var v = after.Row(row);
                    var sum = 0.0;
                    for (var j = 0; j < input.Length; j++) sum += (w[j] - (double)v[j]) * input[j];
                    total += sum * sum;
                }
            }
        }
        return total;
    }

    /// <summary>tr(D H D^T) for the difference of two weights.</summary>
    public static double Energy(Matrix before, Matrix after, Matrix h)
    {
        var total = 0.0;
        for (var row = 0; row < before.Rows; row++)
        {
            var w = before.Row(row);
            var v = after.Row(row);
            for (var j = 0; j < w.Length; j++)
            {
                var d = w[j] - (double)v[j];
                if (d == 0) continue;
                var column = h.Row(j);
                var sum = 0.0;
                for (var k = 0; k < w.Length; k++) sum += column[k] * (w[k] - (double)v[k]);
                total += d * sum;
            }
        }
        return total;
    }

    /// <summary>Independent standard normal numbers.</summary>
    public static Matrix Normal(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var value in matrix.AsSpan()) value = (float)Gauss(random);
        return matrix;
    }

    /// <summary>X = Z (I + 0.15 G), each feature times exp(0.7 n): the inputs of the cards' indicative numbers.</summary>
    public static Matrix Correlated(int tokens, int features, int seed)
    {
        var random = new Random(seed);
        var mix = new double[features, features];
        for (var i = 0; i < features; i++)
            for (var j = 0; j < features; j++) mix[i, j] = (i == j ? 1 : 0) + (0.15 * Gauss(random));
        var scales = Enumerable.Range(0, features).Select(_ => Math.Exp(0.7 * Gauss(random))).ToArray();
        using var z = Normal(tokens, features, seed + 1);
        var x = new Matrix(tokens, features);
        for (var i = 0; i < tokens; i++)
        {
            for (var j = 0; j < features; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < features; k++) sum += z[i, k] * mix[k, j];
                x[i, j] = (float)(sum * scales[j]);
            }
        }
        return x;
    }

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
