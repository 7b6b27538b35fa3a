namespace Espalier.Numerics;

/// <summary>Copies between the halves of a square matrix, in square blocks so that both sides stay in the cache.</summary>
internal static unsafe class Triangles
{
    private const int Block = 32;

    /// <summary>Copies the part above the diagonal to the part below it.</summary>
    public static void MirrorUpper(Matrix matrix) => Mirror(matrix, toLower: true);

    /// <summary>Copies the part below the diagonal to the part above it.</summary>
    public static void MirrorLower(Matrix matrix) => Mirror(matrix, toLower: false);

    private static void Mirror(Matrix matrix, bool toLower)
    {
        var n = matrix.Rows;
        var p = matrix.Pointer;
        for (var i0 = 0; i0 < n; i0 += Block)
        {
            for (var j0 = i0; j0 < n; j0 += Block)
            {
                for (var i = i0; i < Math.Min(n, i0 + Block); i++)
                {
                    for (var j = Math.Max(j0, i + 1); j < Math.Min(n, j0 + Block); j++)
                    {
                        float* upper = p + ((long)i * n) + j, lower = p + ((long)j * n) + i;
                        if (toLower) *lower = *upper;
                        else *upper = *lower;
                    }
                }
            }
        }
    }
}
