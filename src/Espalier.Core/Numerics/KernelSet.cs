namespace Espalier.Numerics;

/// <summary>What a tile of a product does with its destination.</summary>
internal enum TileMode
{
    /// <summary>C = A B.</summary>
    Overwrite,

    /// <summary>C += A B.</summary>
    Add,

    /// <summary>C -= A B.</summary>
    Subtract,
}

/// <summary>
/// The innermost loops for one vector width. A tile of a product is <see cref="TileRows"/> rows, whose factors are broadcast, by
/// <see cref="TileColumns"/> columns, which lie in the lanes. Packed operands: A in strips [k][TileRows], B in strips [k][TileColumns].
/// </summary>
internal abstract unsafe class KernelSet
{
    /// <summary>Rows of a tile of a product, at every width.</summary>
    public const int TileRows = 8;

    /// <summary>Vectors side by side in a tile; with eight rows that makes 24 accumulators.</summary>
    public const int TileVectors = 3;

    private static readonly KernelSet s_scalar = new KernelSet<SimdScalar, float>();
    private static readonly KernelSet s_128 = new KernelSet<Simd128, System.Runtime.Intrinsics.Vector128<float>>();
    private static readonly KernelSet s_256 = new KernelSet<Simd256, System.Runtime.Intrinsics.Vector256<float>>();
    private static readonly KernelSet s_512 = new KernelSet<Simd512, System.Runtime.Intrinsics.Vector512<float>>();

    /// <summary>Floats per vector.</summary>
    public abstract int Width { get; }

    /// <summary>Columns of a tile of a product.</summary>
    public int TileColumns => TileVectors * Width;

    public static KernelSet For(SimdLevel level) => level switch
    {
        SimdLevel.Vector512 => s_512,
        SimdLevel.Vector256 => s_256,
        SimdLevel.Vector128 => s_128,
        _ => s_scalar,
    };

    /// <summary>One whole tile: C[8 x TileColumns] (+/-)= A strip times B strip over <paramref name="depth"/> terms.</summary>
    public abstract void Tile(long depth, float* a, float* b, float* c, long stride, TileMode mode);

    /// <summary>One vector of columns of a tile, C = A strip times that part of the B strip; for edges, where whole tiles would waste
    /// work.</summary>
    public abstract void Narrow(long depth, float* a, float* b, float* c, long stride);

    /// <summary>Scores w^2 / d^2 of a block in lanes: one divisor per column, <see cref="TileColumns"/> lanes.</summary>
    public abstract void Scores(float* weights, float* diagonal, int columns, float* scores);

    /// <summary>
    /// A softmax of base 2 down the columns, in place and not divided by its sum: every value becomes 2^(value - largest of its column).
    /// </summary>
    /// <param name="scores">Rows of <see cref="TileColumns"/> lanes.</param>
    /// <param name="rows">Number of rows, at least 1; each column holds a finite value.</param>
    /// <param name="sums">Receives the sum of each column.</param>
    public abstract void Exponentials(float* scores, long rows, float* sums);

    /// <summary>The sweep over the columns of one block for <see cref="Width"/> rows of the weight.</summary>
    public abstract double Sweep(in Solvers.SweepArguments arguments);
}
