using System.Runtime.InteropServices;

namespace Espalier.Numerics;

/// <summary>
/// A dense row-major matrix of 32-bit floats in 64-byte aligned native memory, zeroed on creation.
/// Rows follow each other without padding, so libtorch can view the same memory. Dispose to free it.
/// </summary>
public sealed unsafe class Matrix : IDisposable
{
    private float* _data;

    /// <summary>Allocates a zeroed matrix.</summary>
    /// <param name="rows">Number of rows, at least 0.</param>
    /// <param name="columns">Number of columns, at least 0.</param>
    public Matrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        var bytes = (nuint)Math.Max(64, (long)rows * columns * sizeof(float));
        _data = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(_data, bytes);
    }

    /// <summary>Frees memory that was not disposed.</summary>
    ~Matrix() => Free();

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns; also the distance between rows, in elements.</summary>
    public int Columns { get; }

    /// <summary>Number of elements.</summary>
    public long Length => (long)Rows * Columns;

    /// <summary>Address of element (0, 0), 64-byte aligned.</summary>
    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_data is null, this);
            return _data;
        }
    }

    /// <summary>One element.</summary>
    public ref float this[int row, int column] => ref Pointer[((long)row * Columns) + column];

    /// <summary>One row as a span.</summary>
    public Span<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        return new(Pointer + ((long)row * Columns), Columns);
    }

    /// <summary>All elements as a span; only for matrices below 2^31 elements.</summary>
    public Span<float> AsSpan() => new(Pointer, checked((int)Length));

    /// <summary>A copy in memory of its own, owned by the caller.</summary>
    public Matrix Clone()
    {
        var copy = new Matrix(Rows, Columns);
        Buffer.MemoryCopy(Pointer, copy.Pointer, Length * sizeof(float), Length * sizeof(float));
        return copy;
    }

    /// <summary>Copies values given row by row.</summary>
    public static Matrix FromRows(int rows, int columns, ReadOnlySpan<float> values)
    {
        var matrix = new Matrix(rows, columns);
        values.CopyTo(matrix.AsSpan());
        return matrix;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
    }
}
