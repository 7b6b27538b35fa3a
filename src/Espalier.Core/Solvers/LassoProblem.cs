using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// A LASSO in covariance form, (1/2m) |y - Z beta - beta_0|^2 + alpha |beta|_1: all that is needed of the m rows of Z and y are G = Z^T Z / m and
/// q = Z^T y / m, both about the mean (the intercept is free).
/// </summary>
public sealed class LassoProblem
{
    private readonly double[] _correlation;
    private readonly double[] _mean;

    private LassoProblem(DoubleMatrix gram, double[] correlation, double[] mean, double targetMean, long rows)
    {
        Gram = gram;
        _correlation = correlation;
        _mean = mean;
        TargetMean = targetMean;
        Rows = rows;
        foreach (var value in correlation) HighestAlpha = Math.Max(HighestAlpha, Math.Abs(value));
    }

    /// <summary>Number of columns of Z, c.</summary>
    public int Columns => Gram.Rows;

    /// <summary>Number of rows, m.</summary>
    public long Rows { get; }

    /// <summary>G, c x c.</summary>
    public DoubleMatrix Gram { get; }

    /// <summary>q, c.</summary>
    public ReadOnlySpan<double> Correlation => _correlation;

    /// <summary>Means of the columns of Z.</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>Mean of y.</summary>
    public double TargetMean { get; }

    /// <summary>max |q|: from this alpha on beta is zero.</summary>
    public double HighestAlpha { get; }

    /// <summary>Takes the moments of the rows of Z with y as their only target.</summary>
    /// <exception cref="UsageException">There is not exactly one target.</exception>
    /// <exception cref="EspalierException">No rows, or numbers that are not finite.</exception>
    public static LassoProblem FromMoments(Moments moments, string? layer = null)
    {
        if (moments.Targets != 1) throw new UsageException($"a LASSO has one target, the moments {moments.Targets}", layer);
        if (moments.Count == 0) throw new EspalierException("no samples were seen", layer, "Calibrate with at least one sample");
        var gram = moments.Centred.Clone();
        TensorPrimitives.Divide(gram.AsSpan(), moments.Count, gram.AsSpan());
        var correlation = moments.Cross.Row(0).ToArray();
        TensorPrimitives.Divide(correlation, moments.Count, correlation);
        if (!double.IsFinite(TensorPrimitives.SumOfMagnitudes<double>(gram.AsSpan()) + TensorPrimitives.SumOfMagnitudes<double>(correlation)))
            throw new EspalierException("the channel responses hold numbers that are not finite", layer, "Look for NaN, infinity or overflow in activations and weights");
        return new(gram, correlation, moments.Mean.ToArray(), moments.TargetMean[0], moments.Count);
    }

    /// <summary>beta_0 = mean of y - mean of Z times beta.</summary>
    public double Intercept(ReadOnlySpan<double> coefficients) => TargetMean - TensorPrimitives.Dot(_mean, coefficients);
}
