using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Espalier.Numerics;

/// <summary>
/// H = R R^T with R upper triangular, in place of the upper triangle of H. It is the Cholesky factorisation started from the last row and column:
/// with J the reversal of the order, J H J = L L^T and R = J L J. Its inverse is the factor that SparseGPT wants: inv(H) = U^T U, U = inv(R).
/// Recursive on halves, so nearly all work is in large products; the 64 x 64 blocks on the diagonal are done in double.
/// </summary>
internal static unsafe class ReverseCholesky
{
    private const int BaseSize = 64;

    /// <summary>Factors in place; the lower triangle is neither read nor written.</summary>
    /// <param name="h">Symmetric positive definite, upper triangle used.</param>
    /// <param name="settings">Threads.</param>
    /// <returns>-1, or the index of the pivot that was not positive; the upper triangle is then partly overwritten.</returns>
    public static int Factor(Matrix h, KernelSettings settings)
    {
        var n = h.Rows;
        using var inverses = new NativeBuffer((long)((n + BaseSize - 1) / BaseSize) * BaseSize * BaseSize);
        return Factor(h.Pointer, n, 0, n, inverses.Pointer, settings);
    }

    private static int Factor(float* h, long stride, int from, int to, float* inverses, KernelSettings settings)
    {
        var size = to - from;
        if (size <= BaseSize) return Base(h, stride, from, size, Inverse(inverses, from));
        var middle = from + Half(size);
        var failed = Factor(h, stride, middle, to, inverses, settings);
        if (failed >= 0) return failed;
        var panel = h + (from * stride) + middle;
        Solve(h, stride, panel, middle - from, middle, to, inverses, settings);
        // H11 -= P P^T, upper half only.
        var p = new Gemm.Operand(panel, stride, rowwise: true);
        Gemm.Run(middle - from, middle - from, to - middle, p, p, h + (from * stride) + from, stride, TileMode.Subtract, upperOnly: true, settings);
        return Factor(h, stride, from, middle, inverses, settings);
    }

    /// <summary>Replaces the panel B (rows x columns from..to of R) by X with X R^T = B, where R is the triangle of rows and columns from..to.</summary>
    private static void Solve(
        float* h, long stride, float* panel, int rows, int from, int to, float* inverses, KernelSettings settings)
    {
        var size = to - from;
        if (size <= BaseSize)
        {
            // X = B inv(R)^T; the product packs B before it writes X over it: one block of depth and of columns.
            var b = new Gemm.Operand(panel, stride, rowwise: true);
            var inverse = new Gemm.Operand(Inverse(inverses, from), BaseSize, rowwise: true);
            Gemm.Run(rows, size, size, b, inverse, panel, stride, TileMode.Overwrite, upperOnly: false, settings);
            return;
        }
        var middle = from + Half(size);
        Solve(h, stride, panel + (middle - from), rows, middle, to, inverses, settings);
        // B1 -= X2 R12^T.
        var x2 = new Gemm.Operand(panel + (middle - from), stride, rowwise: true);
        var r12 = new Gemm.Operand(h + (from * stride) + middle, stride, rowwise: true);
        Gemm.Run(rows, middle - from, to - middle, x2, r12, panel, stride, TileMode.Subtract, upperOnly: false, settings);
        Solve(h, stride, panel, rows, from, middle, inverses, settings);
    }

    /// <summary>About one half, a multiple of the base size, so that every base block starts at a multiple of it.</summary>
    private static int Half(int size) => ((size / 2) + BaseSize - 1) / BaseSize * BaseSize;

    private static float* Inverse(float* inverses, int from) => inverses + ((long)(from / BaseSize) * BaseSize * BaseSize);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Base(float* h, long stride, int from, int n, float* inverse)
    {
        var a = new double[n * n];
        var column = new double[n];
        for (var i = 0; i < n; i++)
            for (var j = i; j < n; j++) a[(i * n) + j] = h[((from + i) * stride) + from + j];
        for (var k = n - 1; k >= 0; k--)
        {
            var pivot = a[(k * n) + k];
            if (!(pivot > 0) || !double.IsFinite(pivot)) return from + k;
            var root = Math.Sqrt(pivot);
            a[(k * n) + k] = root;
            for (var i = 0; i < k; i++) column[i] = a[(i * n) + k] /= root;
            for (var i = 0; i < k; i++)
            {
                var row = a.AsSpan((i * n) + i, k - i);
                TensorPrimitives.MultiplyAdd<double>(column.AsSpan(i, k - i), -column[i], row, row);
            }
        }
        for (var i = 0; i < n; i++)
            for (var j = i; j < n; j++) h[((from + i) * stride) + from + j] = (float)a[(i * n) + j];
        TriangularInverse.Upper(a, n, inverse, BaseSize);
        return -1;
    }
}
