using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Espalier.Numerics;

/// <summary>
/// Products A B^T of row-major doubles: both operands are read along their rows, so nothing is packed. Four rows of A meet three of B in
/// registers. Every element is summed in one fixed order, whatever the number of threads.
/// </summary>
internal static unsafe class DoubleProduct
{
    /// <summary>Terms of one pass: three rows of B of this depth stay in the first cache, <see cref="RowBlock"/> rows of A in the second.</summary>
    private const int DepthBlock = 512;

    /// <summary>Rows of A that are done by one thread at a time.</summary>
    private const int RowBlock = 64;

    /// <summary>A B^T of whole matrices, m x k and n x k.</summary>
    public static DoubleMatrix Multiply(DoubleMatrix a, DoubleMatrix b, KernelSettings settings)
    {
        if (a.Columns != b.Columns)
            throw new UsageException($"A product of {a.Rows}x{a.Columns} and the transpose of {b.Rows}x{b.Columns} does not exist");
        var c = new DoubleMatrix(a.Rows, b.Rows);
        fixed (double* pa = a.AsSpan(), pb = b.AsSpan(), pc = c.AsSpan())
            Add(new(a.Rows, b.Rows, a.Columns), pa, a.Columns, pb, b.Columns, pc, c.Columns, 1, lowerOnly: false, settings);
        return c;
    }

    /// <summary>C += sign A B^T. With <paramref name="lowerOnly"/> only elements with column at or left of their row are touched.</summary>
    public static void Add(
        Size size, double* a, long strideA, double* b, long strideB, double* c, long strideC, int sign, bool lowerOnly,
        KernelSettings settings)
    {
        if (size.M == 0 || size.N == 0) return;
        var (pa, pb, pc) = ((nint)a, (nint)b, (nint)c);
        for (var k0 = 0; k0 < size.K; k0 += DepthBlock)
        {
            var (first, depth) = (k0, Math.Min(DepthBlock, size.K - k0));
            settings.For((size.M + RowBlock - 1) / RowBlock, block =>
            {
                var from = block * RowBlock;
                var to = Math.Min(size.M, from + RowBlock);
                var columns = lowerOnly ? Math.Min(size.N, to) : size.N;
                for (var j = 0; j < columns; j += 3)
                {
                    for (var i = from; i < to; i += 4)
                    {
                        if (lowerOnly && j > i + 3) continue;
                        var left = (double*)pa + (i * strideA) + first;
                        var right = (double*)pb + (j * strideB) + first;
                        var target = (double*)pc + (i * strideC) + j;
                        var (rows, width) = (Math.Min(4, to - i), Math.Min(3, columns - j));
                        if (rows == 4 && width == 3 && !(lowerOnly && j + 2 > i)) Tile(depth, left, strideA, right, strideB, target, strideC, sign);
                        else Edge(rows, width, depth, left, strideA, right, strideB, target, strideC, sign, lowerOnly ? i - j : int.MaxValue - 4);
                    }
                }
            });
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(int depth, double* a, long strideA, double* b, long strideB, double* c, long strideC, int sign)
    {
        double* a1 = a + strideA, a2 = a1 + strideA, a3 = a2 + strideA, b1 = b + strideB, b2 = b1 + strideB;
        Vector256<double> s00 = default, s01 = default, s02 = default, s10 = default, s11 = default, s12 = default;
        Vector256<double> s20 = default, s21 = default, s22 = default, s30 = default, s31 = default, s32 = default;
        var whole = depth & ~3;
        for (var k = 0; k < whole; k += 4)
        {
            var v0 = Vector256.Load(b + k);
            var v1 = Vector256.Load(b1 + k);
            var v2 = Vector256.Load(b2 + k);
            var u = Vector256.Load(a + k);
            s00 = Vector256.MultiplyAddEstimate(u, v0, s00);
            s01 = Vector256.MultiplyAddEstimate(u, v1, s01);
            s02 = Vector256.MultiplyAddEstimate(u, v2, s02);
            u = Vector256.Load(a1 + k);
            s10 = Vector256.MultiplyAddEstimate(u, v0, s10);
            s11 = Vector256.MultiplyAddEstimate(u, v1, s11);
            s12 = Vector256.MultiplyAddEstimate(u, v2, s12);
            u = Vector256.Load(a2 + k);
            s20 = Vector256.MultiplyAddEstimate(u, v0, s20);
            s21 = Vector256.MultiplyAddEstimate(u, v1, s21);
            s22 = Vector256.MultiplyAddEstimate(u, v2, s22);
            u = Vector256.Load(a3 + k);
            s30 = Vector256.MultiplyAddEstimate(u, v0, s30);
            s31 = Vector256.MultiplyAddEstimate(u, v1, s31);
            s32 = Vector256.MultiplyAddEstimate(u, v2, s32);
        }
        Store(c, Vector256.Sum(s00), Vector256.Sum(s01), Vector256.Sum(s02), a, b, b1, b2, whole, depth, sign);
        Store(c + strideC, Vector256.Sum(s10), Vector256.Sum(s11), Vector256.Sum(s12), a1, b, b1, b2, whole, depth, sign);
        Store(c + (2 * strideC), Vector256.Sum(s20), Vector256.Sum(s21), Vector256.Sum(s22), a2, b, b1, b2, whole, depth, sign);
        Store(c + (3 * strideC), Vector256.Sum(s30), Vector256.Sum(s31), Vector256.Sum(s32), a3, b, b1, b2, whole, depth, sign);
    }

    /// <summary>The terms that fill no vector, and the sum into C.</summary>
    private static void Store(
        double* c, double x0, double x1, double x2, double* a, double* b0, double* b1, double* b2, int from, int depth, int sign)
    {
        for (var k = from; k < depth; k++)
        {
            x0 += a[k] * b0[k];
            x1 += a[k] * b1[k];
            x2 += a[k] * b2[k];
        }
        c[0] += sign * x0;
        c[1] += sign * x1;
        c[2] += sign * x2;
    }

    /// <summary>A tile over an edge or the diagonal: column j of row i is wanted when j &lt;= i + <paramref name="below"/>.</summary>
    private static void Edge(
        int rows, int columns, int depth, double* a, long strideA, double* b, long strideB, double* c, long strideC, int sign, int below)
    {
        for (var i = 0; i < rows; i++)
        {
            var row = new ReadOnlySpan<double>(a + (i * strideA), depth);
            for (var j = 0; j < columns && j <= i + below; j++)
                c[(i * strideC) + j] += sign * TensorPrimitives.Dot(row, new ReadOnlySpan<double>(b + (j * strideB), depth));
        }
    }

    /// <summary>C is M x N, sums have K terms.</summary>
    internal readonly record struct Size(int M, int N, int K);
}
