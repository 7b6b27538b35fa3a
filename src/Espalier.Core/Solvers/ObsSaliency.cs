using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// What it costs to remove inputs of a layer when the others make up for them: with H = Z^T Z + lambda I the squared error, summed over samples, of
/// removing the inputs P from W is tr(W_P ([H^-1]_PP)^-1 W_P^T) (OBS, Hassibi and Stork 1993; for groups OBSPA, Wang et al. 2024, arXiv 2403.18955).
/// One inverse serves all layers that read the same inputs. Cost: n^3 / 2 once, then n p^2 + o n p for all blocks of p inputs.
/// </summary>
public sealed class ObsSaliency
{
    private readonly DoubleMatrix _inverseRows;
    private readonly double[] _inverseDiagonal;

    private ObsSaliency(DoubleMatrix inverseRows, double damping, double lambda, IReadOnlyList<string> messages)
    {
        _inverseRows = inverseRows;
        _inverseDiagonal = new double[inverseRows.Rows];
        for (var j = 0; j < _inverseDiagonal.Length; j++) _inverseDiagonal[j] = TensorPrimitives.SumOfSquares<double>(inverseRows.Row(j)[j..]);
        DampingUsed = damping;
        Lambda = lambda;
        Messages = messages;
    }

    /// <summary>Number of inputs, n.</summary>
    public int Inputs => _inverseDiagonal.Length;

    /// <summary>The diagonal of H^-1.</summary>
    public ReadOnlySpan<double> InverseDiagonal => _inverseDiagonal;

    /// <summary>Lambda as a fraction of the mean diagonal, after all raises.</summary>
    public double DampingUsed { get; }

    /// <summary>Lambda itself, in the units of the Gram matrix.</summary>
    public double Lambda { get; }

    /// <summary>One message for every time that the factorisation failed and the damping was raised.</summary>
    public IReadOnlyList<string> Messages { get; }

    /// <summary>Inverts H.</summary>
    /// <param name="gram">Z^T Z, n x n, lower half read, unchanged: <see cref="Moments.Uncentred"/>, or <see cref="Moments.Centred"/> when the bias is
    /// repaired too.</param>
    /// <param name="damping">Lambda as a fraction of the mean diagonal.</param>
    /// <param name="settings">Threads; one by default.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <exception cref="UsageException">The matrix is not square, or the damping impossible.</exception>
    /// <exception cref="EspalierException">Numbers that are not finite, or no damping helps.</exception>
    public static ObsSaliency Create(DoubleMatrix gram, double damping = 0.01, KernelSettings? settings = null, string? layer = null)
    {
        if (gram.Rows != gram.Columns) throw new UsageException($"the Gram matrix is {gram.Rows}x{gram.Columns}, not square", layer ?? "Gram matrix");
        var messages = new List<string>();
        var (factor, fraction, lambda) = DampedFactor.Create(gram, damping, null, settings ?? KernelSettings.Default, messages, layer);
        return new(factor.InverseRows(), fraction, lambda, messages);
    }

    /// <summary>The saliency of every weight alone, W_ij^2 / [H^-1]_jj, outputs x n.</summary>
    public DoubleMatrix Weights(DoubleMatrix weight)
    {
        Require(weight);
        var result = new DoubleMatrix(weight.Rows, Inputs);
        for (var i = 0; i < weight.Rows; i++)
        {
            var row = result.Row(i);
            TensorPrimitives.Multiply(weight.Row(i), weight.Row(i), row);
            TensorPrimitives.Divide(row, _inverseDiagonal, row);
        }
        return result;
    }

    /// <summary>The saliency of every block of neighbouring inputs (a channel of <paramref name="size"/> taps, a head), n / size values.</summary>
    /// <exception cref="UsageException">The size does not divide the number of inputs, or the weight has other inputs.</exception>
    public double[] Blocks(DoubleMatrix weight, int size)
    {
        Require(weight);
        if (size < 1 || Inputs % size != 0) throw new UsageException($"{Inputs} inputs are no whole blocks of {size}");
        var result = new double[Inputs / size];
        for (var b = 0; b < result.Length; b++) result[b] = Group(weight, FeatureSet.Expand([b], size));
        return result;
    }

    /// <summary>The saliency of any set of inputs that go together.</summary>
    /// <param name="weight">W, outputs x n.</param>
    /// <param name="inputs">P, distinct.</param>
    /// <exception cref="UsageException">An input does not exist or is listed twice, or the weight has other inputs.</exception>
    /// <exception cref="EspalierException">The part of H^-1 is singular in double precision.</exception>
    public double Group(DoubleMatrix weight, ReadOnlySpan<int> inputs)
    {
        Require(weight);
        FeatureSet.Complement(inputs, Inputs);
        var p = inputs.Length;
        var inverse = new double[p * p];
        for (var i = 0; i < p; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                // Row i of L^-T is zero before i.
                var from = Math.Max(inputs[i], inputs[j]);
                inverse[(i * p) + j] = TensorPrimitives.Dot<double>(_inverseRows.Row(inputs[i])[from..], _inverseRows.Row(inputs[j])[from..]);
            }
        }
        DoubleCholesky.Factor(inverse, p, out var failed);
        if (failed >= 0)
            throw new EspalierException($"the inverse Hessian of the inputs removed together is singular at input {inputs[failed]}", null, "Raise the damping");
        // |G^-1 w|^2 with G G^T = [H^-1]_PP, for every row w of W_P.
        var total = 0.0;
        var row = new double[p];
        for (var k = 0; k < weight.Rows; k++)
        {
            for (var i = 0; i < p; i++)
            {
                row[i] = (weight[k, inputs[i]] - TensorPrimitives.Dot<double>(inverse.AsSpan(i * p, i), row.AsSpan(0, i))) / inverse[(i * p) + i];
                total += row[i] * row[i];
            }
        }
        return total;
    }

    private void Require(DoubleMatrix weight)
    {
        if (weight.Columns != Inputs) throw new UsageException($"the weight has {weight.Columns} inputs, the Hessian {Inputs}");
    }
}
