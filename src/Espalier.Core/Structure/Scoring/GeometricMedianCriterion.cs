using Espalier.Numerics;

namespace Espalier.Structure;

/// <summary>Sum of the distances to all other units of the group: small for units that the others can replace.</summary>
internal sealed class GeometricMedianCriterion() : UnitCriterion("fpgm")
{
    internal override IReadOnlyList<double[]> Score(GroupScoring scoring) =>
    [
        .. scoring.Members.Where(counted => counted.Part == MemberParts.Products)
            .Select(counted => Distances(UnitSums.Gather(counted.Member, scoring.Group.Size))),
    ];

    /// <summary>|a - b|^2 = |a|^2 + |b|^2 - 2 a b, so that the work is one product of matrices.</summary>
    private static double[] Distances(double[][] rows)
    {
        var matrix = DoubleMatrix.FromRows(rows.Length, rows[0].Length, [.. rows.SelectMany(row => row)]);
        var gram = DoubleProduct.Multiply(matrix, matrix, KernelSettings.Default);
        var sums = new double[rows.Length];
        for (var i = 0; i < sums.Length; i++)
        {
            for (var k = 0; k < sums.Length; k++)
            {
                if (k != i) sums[i] += Math.Sqrt(Math.Max(0, gram.Row(i)[i] + gram.Row(k)[k] - (2 * gram.Row(i)[k])));
            }
        }
        return sums;
    }
}
