using Espalier.Numerics;
using Espalier.Solvers;

namespace Espalier.Torch.Calibration;

/// <summary>
/// Streaming statistics of the inputs X [tokens, features] of layers that read the same value (q, k and v; gate and up share one).
/// 32-bit sums, as the official codes keep them. Mergeable: parts of the data can be accumulated apart.
/// </summary>
public sealed unsafe class LayerStatistics : IDisposable
{
    /// <summary>Rows of inputs that are kept for measuring errors where there is no Gram matrix.</summary>
    public const int ProbeRows = 256;

    private readonly GramAccumulator? _gram;
    private readonly double[]? _squares;
    private readonly Matrix _probe;
    private readonly int _probePerSample;
    private Matrix? _hessian;
    private SparseGptFactor? _factor;

    /// <summary>Statistics of nothing yet.</summary>
    /// <param name="features">Input features.</param>
    /// <param name="needs">What to accumulate.</param>
    /// <param name="kernels">Threads.</param>
    /// <param name="expectedSamples">Samples that will be added; the probe takes as many rows of each.</param>
    public LayerStatistics(int features, StatisticsNeeds needs, KernelSettings kernels, int expectedSamples)
    {
        Features = features;
        _probe = new Matrix(ProbeRows, features);
        _probePerSample = (ProbeRows + expectedSamples - 1) / expectedSamples;
        if (needs == StatisticsNeeds.Gram) _gram = new GramAccumulator(features, kernels);
        else _squares = new double[features];
    }

    /// <summary>Input features.</summary>
    public int Features { get; }

    /// <summary>Rows of X seen.</summary>
    public long Tokens { get; private set; }

    /// <summary>Samples seen: the n of the papers' running means.</summary>
    public long Samples { get; private set; }

    /// <summary>Rows of X kept as a probe.</summary>
    public int ProbeLength { get; private set; }

    /// <summary>True if the Gram matrix is accumulated.</summary>
    public bool HasGram => _gram is not null;

    /// <summary>Some rows of X, spread over all samples; only <see cref="ProbeLength"/> rows hold data.</summary>
    public Matrix Probe => _probe;

    /// <summary>Adds one sample.</summary>
    /// <param name="x">Row-major floats [rows, features].</param>
    /// <param name="rows">Tokens of the sample.</param>
    public void Add(float* x, int rows)
    {
        if (_gram is not null) _gram.Add(x, rows);
        else AddSquares(x, rows);
        KeepProbe(x, rows);
        Tokens += rows;
        Samples++;
    }

    /// <summary>Mean over samples of the sum of squares of each feature: Wanda's s_j, the diagonal of the Gram matrix divided by the samples.</summary>
    public float[] MeanSquares()
    {
        if (_factor is not null) throw new InvalidOperationException("The Gram matrix has been consumed by its factor.");
        var scale = 1.0 / Math.Max(1, Samples);
        if (_squares is not null) return [.. _squares.Select(sum => (float)(sum * scale))];
        if (_hessian is null) return [.. _gram!.Diagonal().Select(sum => (float)(sum * scale))];
        return [.. Enumerable.Range(0, Features).Select(j => _hessian[j, j] / 2)];
    }

    /// <summary>The Hessian 2/n X^T X of SparseGPT (n = samples), both halves filled. Stays owned by the statistics.</summary>
    public Matrix Hessian()
    {
        if (_factor is not null) throw new InvalidOperationException("The Hessian has been consumed by its factor.");
        return _hessian ??= (_gram ?? throw new InvalidOperationException("The Gram matrix was not asked for.")).Take(2f / Math.Max(1, Samples));
    }

    /// <summary>The factor of the Hessian, made once for all layers that share the inputs; consumes the Hessian.</summary>
    public SparseGptFactor Factor(double damping, KernelSettings kernels, string layer) =>
        _factor ??= SparseGptFactor.Create(Hessian(), damping, kernels, layer);

    /// <summary>Releases the matrices.</summary>
    public void Dispose()
    {
        _gram?.Dispose();
        _hessian?.Dispose();
        _probe.Dispose();
    }

    /// <summary>Keeps rows spread evenly over the sample, starting at another place in each.</summary>
    private void KeepProbe(float* x, int rows)
    {
        var count = Math.Min(_probePerSample, Math.Min(rows, ProbeRows - ProbeLength));
        for (var i = 0; i < count; i++)
        {
            var step = rows / count;
            var row = (i * step) + (int)(Samples * 7 % step);
            new ReadOnlySpan<float>(x + ((long)row * Features), Features).CopyTo(_probe.Row(ProbeLength++));
        }
    }

    private void AddSquares(float* x, int rows)
    {
        // Sums of one sample in 32 bits, over samples in 64: no batch size changes the result beyond rounding.
        var sums = new float[Features];
        for (var row = 0; row < rows; row++)
        {
            var values = new ReadOnlySpan<float>(x + ((long)row * Features), Features);
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(values, values, sums, sums);
        }
        for (var j = 0; j < sums.Length; j++) _squares![j] += sums[j];
    }
}
