namespace Espalier.Solvers;

/// <summary>
/// One column block of one vector of rows. Arrays "in lanes" hold the rows of a column side by side and the columns
/// <see cref="LaneStride"/> apart.
/// </summary>
internal unsafe struct SweepArguments
{
    /// <summary>In lanes: the compensated weights on entry, the final ones on return.</summary>
    public float* Weights;

    /// <summary>In lanes: the original weights on entry, original minus final on return.</summary>
    public float* Difference;

    /// <summary>In lanes: a weight is pruned where this is at most <see cref="Threshold"/>. Written by the sweep itself for N:M.</summary>
    public float* Scores;

    /// <summary>Work memory: one vector per column.</summary>
    public float* Errors;

    /// <summary>Per column, bit i is set where lane i is pruned.</summary>
    public uint* PrunedBits;

    /// <summary>The block of U on the diagonal, row-major.</summary>
    public float* Factor;

    /// <summary>One vector: the step of the grid of each row, or null without quantization.</summary>
    public float* GridScale;

    /// <summary>One vector: the level that stands for zero.</summary>
    public float* GridZero;

    public float Threshold;
    public float MaxLevel;
    public float PrunedPerGroup;
    public int Columns;
    public int LaneStride;
    public int FactorStride;

    /// <summary>M of N:M, or 0.</summary>
    public int Group;
}
