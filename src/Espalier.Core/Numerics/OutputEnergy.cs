using System.Numerics.Tensors;

namespace Espalier.Numerics;

/// <summary>Energies of layer outputs, for relative errors.</summary>
public static unsafe class OutputEnergy
{
    private const int RowsAtOnce = 256;

    /// <summary>tr(W H W^T) for a symmetric H: ||W X||^2 times the factor between H and X^T X.</summary>
    /// <param name="weight">W [outputs, inputs].</param>
    /// <param name="hessian">H [inputs, inputs], both halves filled.</param>
    /// <param name="settings">Threads.</param>
    public static double WithHessian(Matrix weight, Matrix hessian, KernelSettings settings)
    {
        var total = 0.0;
        using var product = new Matrix(Math.Min(RowsAtOnce, weight.Rows), weight.Columns);
        for (var start = 0; start < weight.Rows; start += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, weight.Rows - start);
            Product(weight.Pointer + ((long)start * weight.Columns), count, weight.Columns, hessian, product, rowwise: false, settings);
            for (var i = 0; i < count; i++) total += TensorPrimitives.Dot(weight.Row(start + i), product.Row(i));
        }
        return total;
    }

    /// <summary>||W X^T||^2 for some rows of inputs.</summary>
    /// <param name="weight">W [outputs, inputs].</param>
    /// <param name="inputs">X [rows, inputs]; only the first <paramref name="rows"/> count.</param>
    /// <param name="rows">Rows of X to use.</param>
    /// <param name="settings">Threads.</param>
    public static double WithInputs(Matrix weight, Matrix inputs, int rows, KernelSettings settings)
    {
        var total = 0.0;
        using var product = new Matrix(rows, weight.Rows);
        Product(inputs.Pointer, rows, inputs.Columns, weight, product, rowwise: true, settings);
        for (var i = 0; i < rows; i++) total += TensorPrimitives.SumOfSquares<float>(product.Row(i));
        return total;
    }

    /// <summary>A B, or A B^T when B is taken row by row.</summary>
    private static void Product(float* a, int rows, int depth, Matrix b, Matrix product, bool rowwise, KernelSettings settings) =>
        Gemm.Run(rows, product.Columns, depth, new Gemm.Operand(a, depth, rowwise: true), new Gemm.Operand(b.Pointer, b.Columns, rowwise), product.Pointer, product.Columns, TileMode.Overwrite, upperOnly: false, settings);
}
