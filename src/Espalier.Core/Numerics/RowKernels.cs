using System.Numerics.Tensors;

namespace Espalier.Numerics;

/// <summary>Memory-bound steps of a transformer's forward pass, one pass over the data each, rows shared out among threads.</summary>
public static unsafe class RowKernels
{
    private const int RowsAtOnce = 64;

    /// <summary>y = x / sqrt(mean(x^2) + epsilon) * scale for every row.</summary>
    /// <param name="x">Rows x width, contiguous.</param>
    /// <param name="scale">Width values.</param>
    /// <param name="y">Receives rows x width; may be x itself.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Length of a row.</param>
    /// <param name="epsilon">Added to the mean of squares.</param>
    /// <param name="threads">Threads; the result does not depend on their number.</param>
    public static void RmsNorm(float* x, float* scale, float* y, long rows, int width, float epsilon, int threads)
    {
        ForRows(rows, threads, row =>
        {
            var source = new ReadOnlySpan<float>(x + (row * width), width);
            var target = new Span<float>(y + (row * width), width);
            var inverse = 1f / MathF.Sqrt((TensorPrimitives.SumOfSquares(source) / width) + epsilon);
            TensorPrimitives.Multiply(source, inverse, target);
            TensorPrimitives.Multiply(target, new ReadOnlySpan<float>(scale, width), target);
        });
    }

    /// <summary>Rotates the first 2 * half components of every head: component i pairs with i + half.</summary>
    /// <param name="x">Rows x heads x headDim, contiguous; rotated in place.</param>
    /// <param name="cosine">Rows x half.</param>
    /// <param name="sine">Rows x half.</param>
    /// <param name="rows">Rows: batch times sequence.</param>
    /// <param name="heads">Heads per row.</param>
    /// <param name="headDim">Components per head, at least 2 * half.</param>
    /// <param name="half">Pairs per head.</param>
    /// <param name="threads">Threads; the result does not depend on their number.</param>
    public static void Rotate(float* x, float* cosine, float* sine, long rows, int heads, int headDim, int half, int threads)
    {
        ForRows(rows, threads, row =>
        {
            var c = new ReadOnlySpan<float>(cosine + (row * half), half);
            var s = new ReadOnlySpan<float>(sine + (row * half), half);
            for (var head = 0; head < heads; head++)
            {
                var first = x + (((row * heads) + head) * headDim);
                Rotate(first, first + half, c, s);
            }
        });
    }

    private static void Rotate(float* first, float* second, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine)
    {
        var width = System.Numerics.Vector<float>.Count;
        var i = 0;
        for (; i <= cosine.Length - width; i += width)
        {
            var a = *(System.Numerics.Vector<float>*)(first + i);
            var b = *(System.Numerics.Vector<float>*)(second + i);
            var c = new System.Numerics.Vector<float>(cosine[i..]);
            var s = new System.Numerics.Vector<float>(sine[i..]);
            *(System.Numerics.Vector<float>*)(first + i) = (a * c) - (b * s);
            *(System.Numerics.Vector<float>*)(second + i) = (b * c) + (a * s);
        }
        for (; i < cosine.Length; i++)
        {
            var (a, b) = (first[i], second[i]);
            first[i] = (a * cosine[i]) - (b * sine[i]);
            second[i] = (b * cosine[i]) + (a * sine[i]);
        }
    }

    private static void ForRows(long rows, int threads, Action<long> body)
    {
        var chunks = (rows + RowsAtOnce - 1) / RowsAtOnce;
        if (threads <= 1 || chunks <= 1)
        {
            for (var row = 0L; row < rows; row++) body(row);
            return;
        }
        Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = threads }, chunk =>
        {
            var end = Math.Min(rows, (chunk + 1) * RowsAtOnce);
            for (var row = chunk * RowsAtOnce; row < end; row++) body(row);
        });
    }
}
