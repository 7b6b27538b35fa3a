using Espalier.Core.Tests.Solvers;
using Espalier.Numerics;
using Xunit;

namespace Espalier.Core.Tests.Numerics;

/// <summary>H = R R^T with R upper triangular, and its inverse against the official factor in double.</summary>
public sealed class ReverseCholeskyTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(7, 16)]
    [InlineData(64, 16)]
    [InlineData(65, 16)]
    [InlineData(131, 16)]
    [InlineData(131, 8)]
    [InlineData(131, 1)]
    [InlineData(300, 16)]
    public void FactorTimesItsTransposeIsTheMatrix(int n, int level)
    {
        using var h = Fixture.CorrelatedHessian(n, (4 * n) + 10, n);
        using var r = h.Clone();
        Assert.Equal(-1, ReverseCholesky.Factor(r, new KernelSettings { Level = (SimdLevel)level }));
        var largest = Enumerable.Range(0, n).Max(i => h[i, i]);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                if (j < i) Assert.Equal(h[i, j], r[i, j]);
                double sum = 0;
                for (var k = Math.Max(i, j); k < n; k++) sum += (double)r[i, k] * r[j, k];
                Assert.InRange(Math.Abs(sum - h[i, j]), 0, Tolerances.Factor * largest);
            }
        }
    }

    [Fact]
    public unsafe void TheInverseIsTheOfficialFactorAndItsPivotsAreThoseOfTheRemainingColumns()
    {
        const int n = 60;
        using var h = Fixture.CorrelatedHessian(n, 400, 3);
        using var r = h.Clone();
        using var u = new Matrix(n, n);
        ReverseCholesky.Factor(r, KernelSettings.Default);
        TriangularInverse.Upper(r.Pointer, n, n, u.Pointer, n);
        var full = Reference.Damped(h, 0);
        var official = Reference.OfficialFactor(full);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) Assert.InRange(Math.Abs(u[i, j] - official[i, j]), 0, Tolerances.Single * official[i, i]);
            var rest = new double[n - i, n - i];
            for (var a = i; a < n; a++)
                for (var b = i; b < n; b++) rest[a - i, b - i] = full[a, b];
            var pivot = Reference.Inverse(rest)[0, 0];
            Assert.InRange(u[i, i] * u[i, i] / pivot, 1 - Tolerances.Single, 1 + Tolerances.Single);
        }
    }

    [Fact]
    public void ThePivotThatFailsIsNamed()
    {
        using var h = new Matrix(3, 3);
        (h[0, 0], h[1, 1], h[2, 2]) = (1, -1, 1);
        Assert.Equal(1, ReverseCholesky.Factor(h, KernelSettings.Default));
    }
}
