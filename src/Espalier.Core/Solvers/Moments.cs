using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// Streams the first and second moments of activations z (and of targets y seen with them) in double: count, means, and the centred sums
/// C = sum (z - mean)(z - mean)^T and C_yz = sum (y - mean)(z - mean)^T. Rows are gathered into chunks of fixed size before they are summed,
/// so the result has the same bits however the rows were split into batches, as long as nothing is read in between. Chunks, and accumulators over
/// parts of the data, are joined by the formula of Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing
/// Sample Variances", 1979. Memory: 8 n (n + 512) bytes and 8 o (n + 512) for targets. Not for several threads at once.
/// </summary>
public sealed unsafe class Moments
{
    private const int ChunkRows = 256;
    private readonly KernelSettings _settings;
    private readonly MomentChunk _features;
    private readonly MomentChunk _targets;
    private readonly DoubleMatrix _centred;
    private readonly DoubleMatrix _cross;
    private readonly double[] _energy;
    private long _joined;
    private int _pending;
    private bool _mirrored = true;

    /// <summary>An accumulator of zero rows.</summary>
    /// <param name="features">Features of z, n.</param>
    /// <param name="targets">Outputs of y, o; 0 when no targets are seen.</param>
    /// <param name="settings">Threads; one by default. The result does not depend on their number.</param>
    public Moments(int features, int targets = 0, KernelSettings? settings = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(targets);
        _settings = settings ?? KernelSettings.Default;
        _features = new(ChunkRows, features);
        _targets = new(ChunkRows, targets);
        _centred = new(features, features);
        _cross = new(targets, features);
        _energy = new double[targets];
    }

    /// <summary>Features of z.</summary>
    public int Features => _features.Width;

    /// <summary>Outputs of y, or 0.</summary>
    public int Targets => _targets.Width;

    /// <summary>Rows seen, N.</summary>
    public long Count => _joined + _pending;

    /// <summary>Mean of z, n.</summary>
    public ReadOnlySpan<double> Mean => Completed()._features.Mean;

    /// <summary>Mean of y, o.</summary>
    public ReadOnlySpan<double> TargetMean => Completed()._targets.Mean;

    /// <summary>C = sum over rows of (z - mean)(z - mean)^T, n x n with both halves filled; a sum, not a mean. Do not change it.</summary>
    public DoubleMatrix Centred
    {
        get
        {
            if (!Completed()._mirrored)
            {
                for (var i = 0; i < Features; i++)
                    for (var j = 0; j < i; j++) _centred[j, i] = _centred[i, j];
                _mirrored = true;
            }
            return _centred;
        }
    }

    /// <summary>C_yz = sum over rows of (y - mean)(z - mean)^T, o x n. Do not change it.</summary>
    public DoubleMatrix Cross => Completed()._cross;

    /// <summary>Sum over rows of (y - mean)^2, for every output.</summary>
    public ReadOnlySpan<double> TargetEnergy => Completed()._energy;

    /// <summary>Sum over rows of z z^T, n x n, as a new matrix: the Gram matrix of OBS.</summary>
    public DoubleMatrix Uncentred()
    {
        var result = Centred.Clone();
        for (var i = 0; i < Features; i++)
        {
            var row = result.Row(i);
            TensorPrimitives.MultiplyAdd(Mean, Count * Mean[i], row, row);
        }
        return result;
    }

    /// <summary>Adds rows of activations, and of targets when the accumulator has some.</summary>
    /// <param name="z">Rows of <see cref="Features"/> values.</param>
    /// <param name="y">As many rows of <see cref="Targets"/> values; empty without targets.</param>
    /// <exception cref="UsageException">The lengths are no whole rows, or do not belong together.</exception>
    public void Add(ReadOnlySpan<float> z, ReadOnlySpan<float> y = default)
    {
        var rows = Rows(z.Length, y.Length);
        for (var row = 0; row < rows;)
        {
            var count = Math.Min(rows - row, ChunkRows - _pending);
            TensorPrimitives.ConvertChecked(z.Slice(row * Features, count * Features), _features.Rows(_pending, count));
            TensorPrimitives.ConvertChecked(y.Slice(row * Targets, count * Targets), _targets.Rows(_pending, count));
            row += Advance(count);
        }
    }

    /// <summary>Adds rows of doubles; see <see cref="Add(ReadOnlySpan{float}, ReadOnlySpan{float})"/>.</summary>
    public void Add(ReadOnlySpan<double> z, ReadOnlySpan<double> y = default)
    {
        var rows = Rows(z.Length, y.Length);
        for (var row = 0; row < rows;)
        {
            var count = Math.Min(rows - row, ChunkRows - _pending);
            z.Slice(row * Features, count * Features).CopyTo(_features.Rows(_pending, count));
            y.Slice(row * Targets, count * Targets).CopyTo(_targets.Rows(_pending, count));
            row += Advance(count);
        }
    }

    /// <summary>Adds the rows of matrices; see <see cref="Add(ReadOnlySpan{float}, ReadOnlySpan{float})"/>.</summary>
    /// <exception cref="UsageException">The numbers of columns or rows do not belong together.</exception>
    public void Add(Matrix z, Matrix? y = null)
    {
        if (z.Columns != Features || (y?.Columns ?? 0) != Targets)
            throw new UsageException($"batches of {z.Columns} features and {y?.Columns ?? 0} targets came; {Features} and {Targets} were announced");
        Add(z.AsSpan(), y is null ? default : y.AsSpan());
    }

    /// <summary>Adds what another accumulator has seen; the other keeps its rows.</summary>
    /// <exception cref="UsageException">The numbers of features or targets differ.</exception>
    public void Merge(Moments other)
    {
        if (other.Features != Features || other.Targets != Targets)
            throw new UsageException($"moments of {other.Features} features with {other.Targets} targets and of {Features} with {Targets}"
                + " cannot be merged");
        Completed();
        other.Completed();
        for (var i = 0; i < Features; i++) AddTo(_centred.Row(i)[..(i + 1)], other._centred.Row(i)[..(i + 1)]);
        AddTo(_cross.AsSpan(), other._cross.AsSpan());
        AddTo(_energy, other._energy);
        Join(other._joined, other._features.Mean, other._targets.Mean);
    }

    private static void AddTo(Span<double> target, ReadOnlySpan<double> values) => TensorPrimitives.Add(target, values, target);

    private int Rows(int features, int targets)
    {
        var rows = features / Features;
        if (rows * Features != features) throw new UsageException($"{features} activations are no whole rows of {Features} features");
        if ((long)rows * Targets != targets)
            throw new UsageException($"{rows} rows of activations come with {targets} target values; {Targets} a row were announced");
        return rows;
    }

    private int Advance(int count)
    {
        _pending += count;
        if (_pending == ChunkRows) Completed();
        return count;
    }

    private Moments Completed()
    {
        if (_pending == 0) return this;
        var count = _pending;
        _pending = 0;
        var mean = _features.Centre(count);
        var targetMean = _targets.Centre(count);
        int n = Features, o = Targets;
        fixed (double* z = _features.Turned, y = _targets.Turned, c = _centred.AsSpan(), x = _cross.AsSpan())
        {
            DoubleProduct.Add(new(n, n, count), z, count, z, count, c, n, 1, lowerOnly: true, _settings);
            DoubleProduct.Add(new(o, n, count), y, count, z, count, x, n, 1, lowerOnly: false, _settings);
        }
        for (var k = 0; k < o; k++) _energy[k] += TensorPrimitives.SumOfSquares<double>(_targets.Turned.AsSpan(k * count, count));
        Join(count, mean, targetMean);
        return this;
    }

    /// <summary>What the sums lack when two sets of rows have different means, and the joint means.</summary>
    private void Join(long count, ReadOnlySpan<double> mean, ReadOnlySpan<double> targetMean)
    {
        if (count == 0) return;
        _mirrored = false;
        var total = _joined + count;
        var weight = (double)_joined * count / total;
        var shift = Difference(mean, _features.Mean);
        var targetShift = Difference(targetMean, _targets.Mean);
        if (_joined > 0)
        {
            for (var i = 0; i < Features; i++) Update(_centred.Row(i)[..(i + 1)], shift, weight * shift[i]);
            for (var k = 0; k < Targets; k++)
            {
                Update(_cross.Row(k), shift, weight * targetShift[k]);
                _energy[k] += weight * targetShift[k] * targetShift[k];
            }
        }
        Update(_features.Mean, shift, (double)count / total);
        Update(_targets.Mean, targetShift, (double)count / total);
        _joined = total;
    }

    private static double[] Difference(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var result = new double[a.Length];
        TensorPrimitives.Subtract(a, b, result);
        return result;
    }

    private static void Update(Span<double> target, ReadOnlySpan<double> values, double factor) =>
        TensorPrimitives.MultiplyAdd(values[..target.Length], factor, target, target);
}
