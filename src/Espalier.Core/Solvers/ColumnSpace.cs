using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>Projection onto the space that the columns of a matrix span.</summary>
internal static class ColumnSpace
{
    /// <summary>What remains of a column below this fraction of the longest one counts as dependent.</summary>
    private const double Dependent = 1e-10;

    /// <summary>Projects the columns of <paramref name="target"/> onto the column space of <paramref name="matrix"/>; both have the same rows.</summary>
    public static DoubleMatrix Project(DoubleMatrix matrix, DoubleMatrix target, KernelSettings settings)
    {
        var basis = Basis(matrix);
        if (basis.Rows == matrix.Rows) return target;
        var coordinates = DoubleProduct.Multiply(target.Transpose(), basis, settings);
        return DoubleProduct.Multiply(basis.Transpose(), coordinates, settings);
    }

    /// <summary>An orthonormal basis as rows: Gram and Schmidt with the longest remainder first, every vector orthogonalised twice.</summary>
    private static DoubleMatrix Basis(DoubleMatrix matrix)
    {
        var columns = matrix.Transpose();
        var rest = new double[columns.Rows];
        for (var j = 0; j < rest.Length; j++) rest[j] = TensorPrimitives.SumOfSquares<double>(columns.Row(j));
        var limit = rest.Length == 0 ? 0 : TensorPrimitives.Max<double>(rest) * Dependent * Dependent;
        var vectors = new List<double[]>();
        while (vectors.Count < Math.Min(columns.Rows, columns.Columns))
        {
            var longest = TensorPrimitives.IndexOfMax<double>(rest);
            if (!(rest[longest] > limit)) break;
            rest[longest] = 0;
            var vector = columns.Row(longest).ToArray();
            for (var pass = 0; pass < 2; pass++)
                foreach (var known in vectors) TensorPrimitives.MultiplyAdd(known, -TensorPrimitives.Dot<double>(known, vector), vector, vector);
            var norm = TensorPrimitives.Norm<double>(vector);
            // The remainders are updated by subtraction; the true one may be rounding noise.
            if (!(norm * norm > limit)) continue;
            TensorPrimitives.Divide(vector, norm, vector);
            vectors.Add(vector);
            for (var j = 0; j < rest.Length; j++)
            {
                var share = TensorPrimitives.Dot<double>(columns.Row(j), vector);
                rest[j] = Math.Max(0, rest[j] - (share * share));
            }
        }
        var basis = new DoubleMatrix(vectors.Count, matrix.Rows);
        for (var i = 0; i < vectors.Count; i++) vectors[i].CopyTo(basis.Row(i));
        return basis;
    }
}
