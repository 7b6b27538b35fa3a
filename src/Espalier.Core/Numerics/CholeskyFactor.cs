using System.Numerics.Tensors;

namespace Espalier.Numerics;

/// <summary>
/// The factor A = L L^T of a large symmetric matrix of doubles, in blocks of columns. What is solved is laid out by rows (X A = B), so that
/// every inner loop runs along rows of L.
/// </summary>
internal sealed unsafe class CholeskyFactor
{
    private const int Block = 64;

    /// <summary>A pivot below this fraction of its diagonal is rounding noise: the column depends on the ones before it.</summary>
    private const double NoisePivot = 1e-13;

    private readonly DoubleMatrix _l;
    private readonly KernelSettings _settings;

    private CholeskyFactor(DoubleMatrix l, KernelSettings settings)
    {
        _l = l;
        _settings = settings;
    }

    /// <summary>Number of rows and columns.</summary>
    public int Size => _l.Rows;

    /// <summary>Factors in place. The matrix is consumed, also on failure.</summary>
    /// <param name="a">n x n, lower half read.</param>
    /// <param name="settings">Threads.</param>
    /// <param name="failed">-1, or the first column whose pivot is not clearly positive.</param>
    /// <returns>The factor, or null on failure.</returns>
    public static CholeskyFactor? Create(DoubleMatrix a, KernelSettings settings, out int failed)
    {
        var n = a.Rows;
        var smallest = new double[n];
        for (var i = 0; i < n; i++) smallest[i] = a[i, i] * NoisePivot;
        failed = -1;
        fixed (double* p = a.AsSpan())
        {
            var address = (nint)p;
            for (var k0 = 0; k0 < n; k0 += Block)
            {
                var start = k0;
                var k1 = Math.Min(n, k0 + Block);
                var panel = p + ((long)k0 * n);
                DoubleProduct.Add(new(n - k0, k1 - k0, k0), panel, n, panel, n, panel + k0, n, -1, lowerOnly: false, settings);
                failed = FactorBlock(p, n, k0, k1, smallest);
                if (failed >= 0) return null;
                var blocks = (n - k1 + Block - 1) / Block;
                settings.For(blocks, b =>
                {
                    var data = (double*)address;
                    for (var i = k1 + (b * Block); i < Math.Min(n, k1 + ((b + 1) * Block)); i++) ForwardBlock(data, n, start, k1, data + ((long)i * n));
                });
            }
        }
        return new(a, settings);
    }

    /// <summary>Replaces the rows of X by X A^-1.</summary>
    public void SolveRows(DoubleMatrix x)
    {
        if (x.Columns != Size) throw new UsageException($"Rows of {x.Columns} elements cannot be solved with a factor of {Size}");
        fixed (double* p = x.AsSpan())
        {
            Forward(p, x.Rows, 0);
            Backward(p, x.Rows);
        }
    }

    /// <summary>
    /// The columns of L^-1 as rows: V with A^-1 = V V^T, V upper triangular. Element (p, q) of the inverse is the product of the rows p and q.
    /// </summary>
    public DoubleMatrix InverseRows()
    {
        var result = new DoubleMatrix(Size, Size);
        for (var i = 0; i < Size; i++) result[i, i] = 1;
        fixed (double* p = result.AsSpan())
        {
            // Row i of the identity, and of the result, is zero before its diagonal.
            for (var i = 0; i < Size; i += Block) Forward(p + ((long)i * Size), Math.Min(Block, Size - i), i);
        }
        return result;
    }

    private static int FactorBlock(double* p, int n, int k0, int k1, double[] smallest)
    {
        for (var i = k0; i < k1; i++)
        {
            var row = p + ((long)i * n);
            ForwardBlock(p, n, k0, i, row);
            var known = new ReadOnlySpan<double>(row + k0, i - k0);
            var pivot = row[i] - TensorPrimitives.Dot(known, known);
            if (!(pivot > smallest[i]) || !double.IsFinite(pivot)) return i;
            row[i] = Math.Sqrt(pivot);
        }
        return -1;
    }

    /// <summary>Columns k0 .. k1 of one row: x_j = (x_j - sum over k0 &lt;= k &lt; j of x_k L_jk) / L_jj.</summary>
    private static void ForwardBlock(double* l, int n, int k0, int k1, double* x)
    {
        for (var j = k0; j < k1; j++)
        {
            var known = j - k0;
            var factors = l + ((long)j * n);
            x[j] = (x[j] - TensorPrimitives.Dot(new ReadOnlySpan<double>(x + k0, known), new ReadOnlySpan<double>(factors + k0, known))) / factors[j];
        }
    }

    /// <summary>X = X L^-T; columns before <paramref name="from"/> (a multiple of the block) are zero and stay so.</summary>
    private void Forward(double* x, int rows, int from)
    {
        var n = Size;
        var address = (nint)x;
        fixed (double* l = _l.AsSpan())
        {
            var factor = (nint)l;
            for (var k0 = from; k0 < n; k0 += Block)
            {
                var (start, k1) = (k0, Math.Min(n, k0 + Block));
                DoubleProduct.Add(new(rows, k1 - k0, k0 - from), x + from, n, l + ((long)k0 * n) + from, n, x + k0, n, -1, lowerOnly: false, _settings);
                _settings.For((rows + Block - 1) / Block, b =>
                {
                    for (var i = b * Block; i < Math.Min(rows, (b + 1) * Block); i++)
                        ForwardBlock((double*)factor, n, start, k1, (double*)address + ((long)i * n));
                });
            }
        }
    }

    /// <summary>X = X L^-1, last block first. The part of L below a block is turned, so that it too is read by rows.</summary>
    private void Backward(double* x, int rows)
    {
        var n = Size;
        var turned = new double[(long)Math.Min(n, Block) * n];
        var address = (nint)x;
        fixed (double* l = _l.AsSpan(), t = turned)
        {
            var factor = (nint)l;
            for (var k0 = (n - 1) / Block * Block; k0 >= 0 && n > 0; k0 -= Block)
            {
                var (start, k1) = (k0, Math.Min(n, k0 + Block));
                var later = n - k1;
                for (var k = 0; k < later; k++)
                    for (var j = k0; j < k1; j++) t[((long)(j - k0) * later) + k] = l[((long)(k1 + k) * n) + j];
                DoubleProduct.Add(new(rows, k1 - k0, later), x + k1, n, t, later, x + k0, n, -1, lowerOnly: false, _settings);
                _settings.For((rows + Block - 1) / Block, b =>
                {
                    for (var i = b * Block; i < Math.Min(rows, (b + 1) * Block); i++)
                        BackwardBlock((double*)factor, n, start, k1, (double*)address + ((long)i * n));
                });
            }
        }
    }

    private static void BackwardBlock(double* l, int n, int k0, int k1, double* x)
    {
        for (var j = k1 - 1; j >= k0; j--)
        {
            var factors = l + ((long)j * n);
            x[j] /= factors[j];
            var before = new Span<double>(x + k0, j - k0);
            TensorPrimitives.MultiplyAdd(new ReadOnlySpan<double>(factors + k0, j - k0), -x[j], before, before);
        }
    }
}
