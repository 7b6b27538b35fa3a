namespace Espalier.Numerics;

/// <summary>
/// Streams H += X^T X over batches of row-major inputs (tokens x features) in float32. Only the upper half is computed while batches come
/// in
/// (half of the work); <see cref="Take"/> mirrors it. Accumulators over parts of the data can be merged.
/// Source: the Hessian of SparseGPT, section 3 of Frantar and Alistarh 2023, without its factor.
/// </summary>
public sealed unsafe class GramAccumulator : IDisposable
{
    private readonly KernelSettings _settings;
    private Matrix? _sum;

    /// <summary>An accumulator of zero rows.</summary>
    /// <param name="features">Number of input features.</param>
    /// <param name="settings">Threads; one by default.</param>
    public GramAccumulator(int features, KernelSettings? settings = null)
    {
        _sum = new Matrix(features, features);
        _settings = settings ?? KernelSettings.Default;
        Features = features;
    }

    /// <summary>Number of input features.</summary>
    public int Features { get; }

    /// <summary>Rows (tokens) seen.</summary>
    public long Rows { get; private set; }

    private Matrix Sum => _sum ?? throw new ObjectDisposedException(nameof(GramAccumulator));

    /// <summary>Adds the rows of X.</summary>
    /// <param name="x">Row-major floats, <paramref name="rows"/> x <see cref="Features"/>.</param>
    /// <param name="rows">Number of rows, at least 0.</param>
    public void Add(float* x, long rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        var operand = new Gemm.Operand(x, Features, rowwise: false);
        Gemm.Run(Features, Features, rows, operand, operand, Sum.Pointer, Features, TileMode.Add, upperOnly: true, _settings);
        Rows += rows;
    }

    /// <summary>Adds the rows of a matrix with <see cref="Features"/> columns.</summary>
    public void Add(Matrix x)
    {
        if (x.Columns != Features)
            throw new UsageException($"The batch has {x.Columns} features, the accumulator {Features}");
        Add(x.Pointer, x.Rows);
    }

    /// <summary>Adds what another accumulator has seen; the other is unchanged.</summary>
    public void Merge(GramAccumulator other)
    {
        if (other.Features != Features)
            throw new UsageException($"Accumulators of {other.Features} and {Features} features cannot be merged");
        for (var i = 0; i < Features; i++)
        {
            var target = Sum.Row(i)[i..];
            System.Numerics.Tensors.TensorPrimitives.Add(target, other.Sum.Row(i)[i..], target);
        }
        Rows += other.Rows;
    }

    /// <summary>The sum of squares of each feature: the diagonal of X^T X.</summary>
    public float[] Diagonal()
    {
        var diagonal = new float[Features];
        for (var i = 0; i < Features; i++) diagonal[i] = Sum[i, i];
        return diagonal;
    }

    /// <summary>Scales, mirrors and hands over the matrix, without a copy; the accumulator is then empty and cannot be used
    /// again.</summary>
    /// <param name="scale">Factor of every element, for example 2 / sequences as the official SparseGPT code has it.</param>
    /// <returns>The full symmetric matrix scale * X^T X, owned by the caller.</returns>
    public Matrix Take(float scale = 1f)
    {
        var result = Sum;
        _sum = null;
        if (scale != 1f)
        {
            for (var i = 0; i < Features; i++)
            {
                var half = result.Row(i)[i..];
                System.Numerics.Tensors.TensorPrimitives.Multiply(half, scale, half);
            }
        }
        Triangles.MirrorUpper(result);
        return result;
    }

    /// <summary>Frees the matrix if it was not taken.</summary>
    public void Dispose()
    {
        _sum?.Dispose();
        _sum = null;
    }
}
