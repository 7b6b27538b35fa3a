using System.Numerics.Tensors;

namespace Espalier.Solvers;

/// <summary>Rows that wait to be summed into <see cref="Moments"/>, and the mean of all rows summed so far.</summary>
internal sealed class MomentChunk(int capacity, int width)
{
    private readonly double[] _rows = new double[(long)capacity * width];

    /// <summary>Values of a row.</summary>
    public int Width { get; } = width;

    /// <summary>The mean of all rows before this chunk.</summary>
    public double[] Mean { get; } = new double[width];

    /// <summary>After <see cref="Centre"/>: the centred rows turned, width x count.</summary>
    public double[] Turned { get; } = new double[(long)capacity * width];

    /// <summary>Room for rows that come in.</summary>
    public Span<double> Rows(int first, int count) => _rows.AsSpan(first * Width, count * Width);

    /// <summary>Subtracts the mean of the chunk from its rows, turns them, and returns that mean.</summary>
    public double[] Centre(int count)
    {
        const int block = 32;
        var mean = new double[Width];
        for (var i = 0; i < count; i++) TensorPrimitives.Add(mean, Rows(i, 1), mean);
        TensorPrimitives.Divide(mean, count, mean);
        for (var j0 = 0; j0 < Width; j0 += block)
            for (var i0 = 0; i0 < count; i0 += block)
                for (var j = j0; j < Math.Min(Width, j0 + block); j++)
                    for (var i = i0; i < Math.Min(count, i0 + block); i++) Turned[(j * count) + i] = _rows[(i * Width) + j] - mean[j];
        return mean;
    }
}
