using System.Numerics.Tensors;

namespace Espalier.Numerics;

/// <summary>
/// Products of row-major float matrices: C = A B, C += A B or C -= A B, each operand as it is or transposed.
/// Every element of C is summed in one fixed order (blocks of <see cref="DepthBlock"/> terms), whatever the number of threads.
/// </summary>
public static unsafe class Gemm
{
    /// <summary>Terms summed in registers before the destination is touched: a strip of A (8 rows) of this depth stays in the first
    /// cache.</summary>
    internal const int DepthBlock = 384;

    /// <summary>Floats of B packed at once: well below a second-level cache of 1 MB.</summary>
    private const int PackedColumnsFloats = 96 * 1024;

    /// <summary>C (+)= op(A) op(B).</summary>
    /// <param name="a">A, or its transpose when <paramref name="transposeA"/>.</param>
    /// <param name="b">B, or its transpose when <paramref name="transposeB"/>.</param>
    /// <param name="c">The destination, rows of op(A) by columns of op(B).</param>
    /// <param name="transposeA">Use the transpose of <paramref name="a"/>.</param>
    /// <param name="transposeB">Use the transpose of <paramref name="b"/>.</param>
    /// <param name="accumulate">Add to <paramref name="c"/> instead of overwriting it.</param>
    /// <param name="settings">Threads; one by default.</param>
    /// <exception cref="UsageException">The shapes do not fit.</exception>
    public static void Multiply(
        Matrix a, Matrix b, Matrix c, bool transposeA = false, bool transposeB = false, bool accumulate = false,
        KernelSettings? settings = null)
    {
        var (m, k) = transposeA ? (a.Columns, a.Rows) : (a.Rows, a.Columns);
        var (kb, n) = transposeB ? (b.Columns, b.Rows) : (b.Rows, b.Columns);
        if (k != kb || c.Rows != m || c.Columns != n)
            throw new UsageException($"A product of {m}x{k} and {kb}x{n} cannot be stored in {c.Rows}x{c.Columns}");
        var left = new Operand(a.Pointer, a.Columns, !transposeA);
        var right = new Operand(b.Pointer, b.Columns, transposeB);
        var mode = accumulate ? TileMode.Add : TileMode.Overwrite;
        if (k == 0 && !accumulate) c.AsSpan().Clear();
        Run(m, n, k, left, right, c.Pointer, c.Columns, mode, upperOnly: false, settings ?? KernelSettings.Default);
    }

    /// <summary>True where these products are at least as fast as libtorch's: with 512-bit vectors, which its library leaves unused on AMD's processors.</summary>
    public static bool IsFast => SimdSupport.Best == SimdLevel.Vector512;

    /// <summary>A linear layer without bias on memory of the caller: Y = X W^T, or Y = X W.</summary>
    /// <param name="x">Rows x inputs, contiguous.</param>
    /// <param name="weight">Outputs x inputs, or inputs x outputs when <paramref name="inputsFirst"/>; contiguous.</param>
    /// <param name="y">Receives rows x outputs.</param>
    /// <param name="rows">Rows of X.</param>
    /// <param name="inputs">Columns of X.</param>
    /// <param name="outputs">Columns of Y.</param>
    /// <param name="inputsFirst">The weight is stored as inputs x outputs.</param>
    /// <param name="threads">Threads; the result does not depend on their number.</param>
    public static void Linear(float* x, float* weight, float* y, int rows, int inputs, int outputs, bool inputsFirst, int threads) =>
        Run(rows, outputs, inputs, new Operand(x, inputs, rowwise: true), new Operand(weight, inputsFirst ? outputs : inputs, rowwise: !inputsFirst), y, outputs, TileMode.Overwrite,
            upperOnly: false, new KernelSettings { Threads = threads });

    /// <summary>
    /// The general form. With <paramref name="upperOnly"/> only elements with column at or right of their row are computed and written,
    /// half of the work of a symmetric product.
    /// </summary>
    internal static void Run(
        int m, int n, long k, Operand a, Operand b, float* c, long stride, TileMode mode, bool upperOnly, KernelSettings settings)
    {
        if (m == 0 || n == 0 || k == 0) return;
        var kernels = KernelSet.For(settings.Level);
        var width = kernels.TileColumns;
        var depthLimit = (int)Math.Min(k, DepthBlock);
        var rowStrips = Strips(m, KernelSet.TileRows);
        var blockStrips = Math.Clamp(PackedColumnsFloats / (depthLimit * width), 1, Strips(n, width));
        using var packedA = new NativeBuffer((long)rowStrips * KernelSet.TileRows * depthLimit);
        using var packedB = new NativeBuffer((long)blockStrips * width * depthLimit);
        var pa = packedA.Pointer;
        var pb = packedB.Pointer;
        for (long k0 = 0; k0 < k; k0 += DepthBlock)
        {
            var depth = (int)Math.Min(DepthBlock, k - k0);
            a.Pack(0, m, KernelSet.TileRows, k0, depth, pa, settings);
            for (var n0 = 0; n0 < n; n0 += blockStrips * width)
            {
                var strips = Math.Min(blockStrips, Strips(n - n0, width));
                b.Pack(n0, Math.Min(n - n0, strips * width), width, k0, depth, pb, settings);
                var blockMode = k0 > 0 && mode == TileMode.Overwrite ? TileMode.Add : mode;
                var job = new Block(kernels, depth, pa, pb, c, stride, blockMode, m, n, n0, strips, upperOnly);
                // With half products rows below the block have nothing to do.
                var usedStrips = upperOnly ? Math.Min(rowStrips, Strips(n0 + (strips * width), KernelSet.TileRows)) : rowStrips;
                var chunk = settings.Threads <= 1 ? usedStrips : 8;
                settings.For(Strips(usedStrips, chunk), i => job.Rows(i * chunk, Math.Min(usedStrips, (i + 1) * chunk)));
            }
        }
    }

    private static int Strips(int count, int width) => (count + width - 1) / width;

    /// <summary>An operand in memory; <paramref name="Rowwise"/> when the index that is not summed selects a row of it.</summary>
    internal readonly record struct Operand(nint Address, long Stride, bool Rowwise)
    {
        public Operand(float* data, long stride, bool rowwise)
            : this((nint)data, stride, rowwise)
        {
        }

        /// <summary>Packs <paramref name="count"/> indices from <paramref name="index"/> on, terms k0 .. k0 + depth, into strips of
        /// <paramref name="lanes"/>.</summary>
        public void Pack(int index, int count, int lanes, long k0, int depth, float* destination, KernelSettings settings)
        {
            var data = (float*)Address;
            var stride = Stride;
            // Enough work per call to be worth a thread, little enough to share evenly.
            var group = settings.Threads <= 1 ? Strips(count, lanes) : Math.Max(1, 384 / lanes);
            var groups = Strips(count, group * lanes);
            var rowwise = Rowwise;
            settings.For(groups, g =>
            {
                var first = g * group * lanes;
                var part = Math.Min(count - first, group * lanes);
                var target = destination + ((long)first * depth);
                if (!rowwise)
                {
                    Packing.Natural(data + (k0 * stride) + index + first, stride, part, lanes, depth, target);
                    return;
                }
                for (var i = 0; i < part; i += lanes)
                    Packing.Transposed(data + ((index + first + i) * stride) + k0, stride, Math.Min(lanes, part - i), lanes, depth,
                        target + ((long)i * depth));
            });
        }
    }

    /// <summary>All row strips against one packed block of columns.</summary>
    private sealed class Block(
        KernelSet kernels, int depth, float* a, float* b, float* c, long stride, TileMode mode, int m, int n, int n0, int strips,
        bool upperOnly)
    {
        public void Rows(int from, int to)
        {
            var width = kernels.TileColumns;
            var spare = stackalloc float[KernelSet.TileRows * 48];
            for (var s = from; s < to; s++)
            {
                var row = s * KernelSet.TileRows;
                var left = a + ((long)row * depth);
                for (var t = 0; t < strips; t++)
                {
                    var column = n0 + (t * width);
                    if (upperOnly && column + width <= row) continue;
                    var right = b + ((long)t * width * depth);
                    var target = c + (row * stride) + column;
                    var crossing = upperOnly && column < row + KernelSet.TileRows - 1;
                    if (row + KernelSet.TileRows <= m && column + width <= n && !crossing)
                    {
                        kernels.Tile(depth, left, right, target, stride, mode);
                        continue;
                    }
                    // A tile over an edge or the diagonal goes through spare memory, its needed vectors only; its valid part is written.
                    var needed = upperOnly ? Math.Max(0, row - column) / kernels.Width * kernels.Width : 0;
                    if (needed == 0 && column + width <= n)
                    {
                        kernels.Tile(depth, left, right, spare, width, TileMode.Overwrite);
                    }
                    else
                    {
                        for (var v = needed; v < width && column + v < n; v += kernels.Width)
                            kernels.Narrow(depth, left, right + v, spare + v, width);
                    }
                    for (var i = 0; i < KernelSet.TileRows && row + i < m; i++)
                    {
                        var j = upperOnly ? Math.Max(0, row + i - column) : 0;
                        Merge(target + (i * stride) + j, spare + (i * width) + j, Math.Min(width, n - column) - j, mode);
                    }
                }
            }
        }

        private static void Merge(float* target, float* source, int count, TileMode mode)
        {
            if (count <= 0) return;
            var to = new Span<float>(target, count);
            var from = new ReadOnlySpan<float>(source, count);
            if (mode == TileMode.Add) TensorPrimitives.Add(to, from, to);
            else if (mode == TileMode.Subtract) TensorPrimitives.Subtract(to, from, to);
            else from.CopyTo(to);
        }
    }
}
