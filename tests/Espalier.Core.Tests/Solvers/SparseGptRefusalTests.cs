using Espalier.Numerics;
using Espalier.Solvers;
using Espalier.Sparsity;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>Hessians that cannot be factored, and options that cannot be met.</summary>
public sealed class SparseGptRefusalTests
{
    [Fact]
    public void ASingularHessianIsDampedMoreAndSaysSo()
    {
        // Two equal inputs without damping: the pivot of one of them vanishes.
        using var h = new Matrix(4, 4);
        for (var i = 0; i < 4; i++) h[i, i] = 1;
        h[0, 1] = h[1, 0] = 1;
        using var w = Fixture.Normal(3, 4, 1);
        var result = Fixture.Solve(w, h, new SparseGptSettings { Damping = 0 });
        Assert.Equal(0.01, result.DampingUsed);
        Assert.Contains("damping of 0 (pivot of input 0); retried with 0.01", Assert.Single(result.DampingEscalations), StringComparison.Ordinal);

        // The result is the one that the larger damping gives at once: the failed attempt left no trace.
        using var again = new Matrix(4, 4);
        for (var i = 0; i < 4; i++) again[i, i] = 1;
        again[0, 1] = again[1, 0] = 1;
        using var expected = Fixture.Normal(3, 4, 1);
        Fixture.Solve(expected, again, new SparseGptSettings { Damping = 0.01 });
        Assert.Equal(expected.AsSpan().ToArray(), w.AsSpan().ToArray());
    }

    [Fact]
    public void AFailureLateInALargeFactorisationLeavesNoTraceEither()
    {
        const int n = 200;
        using var h = Fixture.CorrelatedHessian(n, 600, 2);
        for (var j = 0; j < n; j++) h[3, j] = h[j, 3] = h[150, j];
        h[3, 3] = h[3, 150] = h[150, 3] = h[150, 150];
        h[3, 3] *= 0.999f;
        using var copy = h.Clone();
        var escalated = SparseGptFactor.Create(h, 0);
        Assert.NotEmpty(escalated.DampingEscalations);
        var direct = SparseGptFactor.Create(copy, escalated.DampingUsed);
        Assert.Empty(direct.DampingEscalations);
        for (var i = 0; i < n; i++) Assert.Equal(copy.Row(i)[i..].ToArray(), h.Row(i)[i..].ToArray());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void HessiansWithoutNumbersAreNamed(float value)
    {
        using var w = Fixture.Normal(3, 4, 1);
        using var h = new Matrix(4, 4);
        h[2, 3] = value;
        var error = Assert.Throws<EspalierException>(() => Fixture.Solve(w, h, new SparseGptSettings()));
        Assert.Contains("layer: the Hessian holds", error.Message, StringComparison.Ordinal);
        Assert.Contains("(2, 3)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnIndefiniteHessianIsGivenUp()
    {
        using var w = Fixture.Normal(3, 2, 1);
        using var h = Matrix.FromRows(2, 2, [1, 1000, 1000, 1]);
        var error = Assert.Throws<EspalierException>(() => Fixture.Solve(w, h, new SparseGptSettings()));
        Assert.Contains("cannot be factored", error.Message, StringComparison.Ordinal);
        using var negative = Matrix.FromRows(2, 2, [1, 0, 0, -1]);
        Assert.Throws<EspalierException>(() => Fixture.Solve(w, negative, new SparseGptSettings()));
    }

    [Fact]
    public void OptionsAtOddsWithTheLayerAreRefused()
    {
        using var w = Fixture.Normal(4, 12, 1);
        using var h = Fixture.CorrelatedHessian(12, 60, 1);
        AssertRefused(w, h, new() { Sparsity = 1 }, "sparsity");
        AssertRefused(w, h, new() { Pattern = SparsityPattern.NOfM(4, 8) }, "12 input columns", "M = 8");
        AssertRefused(w, h, new() { Pattern = SparsityPattern.NOfM(2, 4), BlockSize = 6 }, "block size 6", "M = 4");
        AssertRefused(w, h, new() { Pattern = SparsityPattern.Block(2, 2) }, "block:2x2");
        AssertRefused(w, h, new() { BlockSize = 0 }, "0 columns");
        AssertRefused(w, h, new() { GivenMask = new Mask(4, 11) }, "4x11");
        AssertRefused(w, h, new() { Damping = double.NaN }, "damping");
        AssertRefused(w, h, new() { Quantizer = new() { Bits = 1 } }, "bits");
        w[2, 7] = float.NaN;
        Assert.Contains("row 2, column 7", Assert.Throws<EspalierException>(() => Fixture.Solve(w, h, new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LeastSquaresNamesARowThatCannotBeSolved()
    {
        using var w = Fixture.Normal(1, 2, 1);
        using var h = Matrix.FromRows(2, 2, [1, 1, 1, 1]);
        Assert.Contains("row 0", Assert.Throws<EspalierException>(() => MaskedLeastSquares.Solve(w, h, Mask.Full(1, 2))).Message, StringComparison.Ordinal);
        using var other = new Matrix(3, 3);
        Assert.Throws<UsageException>(() => MaskedLeastSquares.Solve(w, other, Mask.Full(1, 2)));
    }

    private static void AssertRefused(Matrix w, Matrix h, SparseGptSettings settings, params string[] parts)
    {
        using var weights = w.Clone();
        using var hessian = h.Clone();
        var error = Assert.Throws<UsageException>(() => Fixture.Solve(weights, hessian, settings));
        foreach (var part in parts) Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }
}
