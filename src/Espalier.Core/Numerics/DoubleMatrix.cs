using System.Numerics.Tensors;

namespace Espalier.Numerics;

/// <summary>
/// A dense row-major matrix of doubles in managed memory, zeroed on creation: the currency of the solvers that must not lose digits
/// (moments, factors, repaired weights). Weights and activations of networks stay in <see cref="Matrix"/>.
/// </summary>
public sealed class DoubleMatrix
{
    private readonly double[] _data;

    /// <summary>Allocates a zeroed matrix.</summary>
    /// <param name="rows">Number of rows, at least 0.</param>
    /// <param name="columns">Number of columns, at least 0.</param>
    /// <exception cref="UsageException">More elements than an array can hold.</exception>
    public DoubleMatrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if ((long)rows * columns > Array.MaxLength)
            throw new UsageException($"A matrix of {rows}x{columns} doubles is larger than an array can be");
        Rows = rows;
        Columns = columns;
        _data = new double[(long)rows * columns];
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns; also the distance between rows, in elements.</summary>
    public int Columns { get; }

    /// <summary>One element.</summary>
    public ref double this[int row, int column] => ref _data[((long)row * Columns) + column];

    /// <summary>Copies values given row by row.</summary>
    public static DoubleMatrix FromRows(int rows, int columns, ReadOnlySpan<double> values)
    {
        var matrix = new DoubleMatrix(rows, columns);
        if (values.Length != matrix._data.Length)
            throw new UsageException($"{values.Length} values do not fill a matrix of {rows}x{columns}");
        values.CopyTo(matrix._data);
        return matrix;
    }

    /// <summary>Copies a matrix of floats.</summary>
    public static DoubleMatrix From(Matrix matrix)
    {
        var copy = new DoubleMatrix(matrix.Rows, matrix.Columns);
        for (var i = 0; i < matrix.Rows; i++) TensorPrimitives.ConvertChecked<float, double>(matrix.Row(i), copy.Row(i));
        return copy;
    }

    /// <summary>Rounds to a matrix of floats, owned by the caller.</summary>
    public Matrix ToMatrix()
    {
        var copy = new Matrix(Rows, Columns);
        for (var i = 0; i < Rows; i++) TensorPrimitives.ConvertSaturating<double, float>(Row(i), copy.Row(i));
        return copy;
    }

    /// <summary>One row as a span.</summary>
    public Span<double> Row(int row) => _data.AsSpan(checked(row * Columns), Columns);

    /// <summary>All elements as a span.</summary>
    public Span<double> AsSpan() => _data;

    /// <summary>A copy.</summary>
    public DoubleMatrix Clone() => FromRows(Rows, Columns, _data);

    /// <summary>The columns of the given indices, in their order.</summary>
    public DoubleMatrix SelectColumns(ReadOnlySpan<int> columns)
    {
        var result = new DoubleMatrix(Rows, columns.Length);
        for (var i = 0; i < Rows; i++)
        {
            var source = Row(i);
            var target = result.Row(i);
            for (var j = 0; j < target.Length; j++) target[j] = source[columns[j]];
        }
        return result;
    }

    /// <summary>The transpose, as a copy.</summary>
    public DoubleMatrix Transpose()
    {
        const int block = 32;
        var result = new DoubleMatrix(Columns, Rows);
        for (var i0 = 0; i0 < Rows; i0 += block)
            for (var j0 = 0; j0 < Columns; j0 += block)
                for (var i = i0; i < Math.Min(Rows, i0 + block); i++)
                    for (var j = j0; j < Math.Min(Columns, j0 + block); j++) result[j, i] = this[i, j];
        return result;
    }
}
