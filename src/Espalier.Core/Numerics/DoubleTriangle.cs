using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Espalier.Numerics;

/// <summary>
/// A small upper triangular matrix R in double, kept by columns: element (i, k) at [k * stride + i], so that both the factorisation and
/// the inverse
/// run over neighbours in memory. Chunks of 16 elements are summed in registers.
/// </summary>
internal sealed unsafe class DoubleTriangle : IDisposable
{
    private const int Chunk = 16;
    private readonly int _capacity;
    private double* _columns;
    private double* _inverse;

    /// <summary>Room for matrices up to <paramref name="capacity"/> x <paramref name="capacity"/>.</summary>
    public DoubleTriangle(int capacity)
    {
        _capacity = (capacity + Chunk - 1) / Chunk * Chunk;
        var bytes = (nuint)((long)_capacity * _capacity * sizeof(double));
        _columns = (double*)NativeMemory.AlignedAlloc(bytes, 64);
        _inverse = (double*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(_columns, bytes);
    }

    ~DoubleTriangle() => Free();

    /// <summary>Reads the upper triangle of n rows of <paramref name="stride"/> floats.</summary>
    public void Load(float* source, long stride, int n)
    {
        for (var i = 0; i < n; i++)
            for (var k = i; k < n; k++) _columns[(k * _capacity) + i] = source[(i * stride) + k];
    }

    /// <summary>Writes the upper triangle.</summary>
    public void Store(float* target, long stride, int n)
    {
        for (var i = 0; i < n; i++)
            for (var k = i; k < n; k++) target[(i * stride) + k] = (float)_columns[(k * _capacity) + i];
    }

    /// <summary>Replaces the upper half of a symmetric A by R with A = R R^T, last column first. Returns -1, or the pivot that is not
    /// positive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Factor(int n)
    {
        for (var k = n - 1; k >= 0; k--)
        {
            var column = _columns + ((long)k * _capacity);
            var later = column + _capacity;
            // A_ik - sum over m > k of R_im R_km, for the rows i <= k; a chunk that reaches past k only touches unused places.
            for (var i = 0; i <= k; i += Chunk) Subtract(column + i, later + i, _capacity, later + k, n - 1 - k);
            var pivot = column[k];
            if (!(pivot > 0) || !double.IsFinite(pivot)) return k;
            var root = Math.Sqrt(pivot);
            for (var i = 0; i < k; i++) column[i] /= root;
            column[k] = root;
        }
        return -1;
    }

    /// <summary>Writes the inverse, row-major and upper triangular, as floats with zeros below the diagonal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invert(int n, float* target, int stride)
    {
        new Span<double>(_inverse, n * _capacity).Clear();
        for (var i = n - 1; i >= 0; i--)
        {
            // Row i of U: (e_i - sum over k > i of R_ik U_k) / R_ii. Rows of U are zero left of their diagonal.
            var row = _inverse + ((long)i * _capacity);
            var diagonal = _columns[((long)i * _capacity) + i];
            for (var j = i / Chunk * Chunk; j < n; j += Chunk)
            {
                var terms = Math.Min(n, j + Chunk) - 1 - i;
                Subtract(row + j, row + _capacity + j, _capacity, _columns + ((long)(i + 1) * _capacity) + i, terms);
            }
            row[i] += 1;
            for (var j = i; j < n; j++) row[j] /= diagonal;
            for (var j = 0; j < n; j++) target[((long)i * stride) + j] = (float)row[j];
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>target[0..16) -= sum over m of factors[m * stride] * rows[m * stride ..][0..16).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subtract(double* target, double* rows, int stride, double* factors, int count)
    {
        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var m = 0; m < count; m++, rows += stride, factors += stride)
        {
            var f = Vector256.Create(*factors);
            s0 = Vector256.MultiplyAddEstimate(f, Vector256.Load(rows), s0);
            s1 = Vector256.MultiplyAddEstimate(f, Vector256.Load(rows + 4), s1);
            s2 = Vector256.MultiplyAddEstimate(f, Vector256.Load(rows + 8), s2);
            s3 = Vector256.MultiplyAddEstimate(f, Vector256.Load(rows + 12), s3);
        }
        (Vector256.Load(target) - s0).Store(target);
        (Vector256.Load(target + 4) - s1).Store(target + 4);
        (Vector256.Load(target + 8) - s2).Store(target + 8);
        (Vector256.Load(target + 12) - s3).Store(target + 12);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_columns);
        NativeMemory.AlignedFree(_inverse);
        _columns = _inverse = null;
    }
}
