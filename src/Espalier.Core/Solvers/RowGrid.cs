using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// One integer grid per output row: value = scale * (level - zero), levels 0 .. 2^bits - 1. Taken from the dense weight, before anything
/// is pruned.
/// Zero is always a level.
/// </summary>
public sealed class RowGrid
{
    private RowGrid(int rows, int maxLevel)
    {
        Scale = new float[rows];
        Zero = new float[rows];
        MaxLevel = maxLevel;
    }

    /// <summary>The distance between levels, per row.</summary>
    public float[] Scale { get; }

    /// <summary>The level that stands for zero, per row.</summary>
    public float[] Zero { get; }

    /// <summary>The highest level.</summary>
    public int MaxLevel { get; }

    /// <summary>The grid from the least and greatest weight of every row (at least spanning zero).</summary>
    /// <exception cref="UsageException">Bits outside 2..8.</exception>
    public static RowGrid Fit(Matrix weights, QuantizationSettings settings)
    {
        if (settings.Bits is < 2 or > 8) throw new UsageException($"{settings.Bits} bits are outside 2 to 8", "bits");
        var grid = new RowGrid(weights.Rows, (1 << settings.Bits) - 1);
        for (var row = 0; row < weights.Rows; row++)
        {
            float low = 0, high = 0;
            foreach (var w in weights.Row(row))
            {
                low = MathF.Min(low, w);
                high = MathF.Max(high, w);
            }
            if (settings.Symmetric)
            {
                high = MathF.Max(-low, high);
                if (low < 0) low = -high;
            }
            if (low == 0 && high == 0) (low, high) = (-1, 1);
            grid.Scale[row] = (high - low) / grid.MaxLevel;
            grid.Zero[row] = settings.Symmetric ? (grid.MaxLevel + 1) / 2 : MathF.Round(-low / grid.Scale[row]);
        }
        return grid;
    }
}
