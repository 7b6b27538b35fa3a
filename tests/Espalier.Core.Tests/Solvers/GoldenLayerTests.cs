using Espalier.Numerics;
using Espalier.Solvers;
using Espalier.Sparsity;
using Xunit;

namespace Espalier.Core.Tests.Solvers;

/// <summary>SparseGPT and Wanda against what the official code made of four layers.</summary>
public sealed class GoldenLayerTests
{
    private static readonly string[] s_layers =
        ["tiny-128x128", "synthetic-64x1024-dead5", "layer0-q_proj-64x576", "layer14-down_proj-64x512"];

    public static TheoryData<string, string, int> SparseGptCases()
    {
        var data = new TheoryData<string, string, int>();
        foreach (var layer in s_layers)
        {
            foreach (var result in (string[])["sparsegpt_50", "sparsegpt_2of4", "sparsegpt_4of8", "sparsegpt_50_4bit"])
            {
                data.Add(layer, result, (int)SimdSupport.Best);
                if (layer[0] != 's') data.Add(layer, result, (int)SimdLevel.Scalar);
            }
        }
        data.Add("layer0-q_proj-64x576", "sparsegpt_50_4bit", (int)SimdLevel.Vector256);
        data.Add("layer0-q_proj-64x576", "sparsegpt_4of8", (int)SimdLevel.Vector128);
        return data;
    }

    [Theory]
    [MemberData(nameof(SparseGptCases))]
    public void SparseGptEqualsTheOfficialCode(string layer, string result, int level)
    {
        var golden = new GoldenFile(layer);
        using var w = golden.Matrix("W");
        using var h = golden.Matrix("H");
        var settings = new SparseGptSettings
        {
            Pattern = result.Contains("of", StringComparison.Ordinal)
                ? SparsityPattern.Parse(result[^4..].Replace("of", ":", StringComparison.Ordinal))
                : SparsityPattern.Unstructured,
            Quantizer = result.EndsWith("4bit", StringComparison.Ordinal) ? new QuantizationSettings { Bits = 4 } : null,
        };
        var solved = Fixture.Solve(w, h, settings, new KernelSettings { Level = (SimdLevel)level });

        var official = golden.Mask(result + ".mask");
        var differing = Differing(official, solved.Mask);
        var unstable = layer[0] == 's' && result == "sparsegpt_2of4";
        Assert.InRange(differing, 0, unstable ? Tolerances.UnstableMaskEntries : 0);
        using var expected = golden.Matrix(result + ".weight");
        if (differing == 0) Assert.InRange(RelativeDifference(expected, w), 0, Tolerances.OfficialWeights);
        var loss = GoldenFile.Number(layer, result, "official_loss");
        Assert.InRange(Math.Abs(solved.PredictedLoss - loss) / loss, 0, differing == 0 ? Tolerances.OfficialLoss : 1e-3);
        if (settings.Quantizer is not null)
        {
            Assert.Equal(golden.Values(result + ".scale"), solved.Grid!.Scale);
            Assert.Equal(golden.Values(result + ".zero"), solved.Grid.Zero);
        }
        Assert.Equal(layer[0] == 's' ? [3, 130, 131, 700, 1023] : [], solved.DeadInputs);
        TestContext.Current.SendDiagnosticMessage(
            $"{layer} {result} level {level}: mask {differing}, weights {RelativeDifference(expected, w):E1},"
            + $" loss {(solved.PredictedLoss / loss) - 1:E1}");
    }

    [Theory]
    [InlineData("tiny-128x128")]
    [InlineData("synthetic-64x1024-dead5")]
    [InlineData("layer0-q_proj-64x576")]
    [InlineData("layer14-down_proj-64x512")]
    public void WandaMasksEqualTheOfficialCode(string layer)
    {
        var golden = new GoldenFile(layer);
        using var scores = golden.Matrix("W");
        var norms = golden.Values("scaler_row");
        for (var i = 0; i < scores.Rows; i++)
            for (var j = 0; j < scores.Columns; j++) scores[i, j] = MathF.Abs(scores[i, j]) * MathF.Sqrt(norms[j]);
        var half = MaskSelector.Select(scores, SparsityPattern.Unstructured, SelectionScope.Row, 0.5);
        Assert.Equal(golden.Mask("wanda_50.mask"), half);
        var official = golden.Mask("wanda_2of4.mask");
        var groups = MaskSelector.Select(scores, SparsityPattern.NOfM(2, 4), SelectionScope.Row, 0);
        // The official selection among equal scores follows no rule, so only groups without ties are compared.
        for (var i = 0; i < scores.Rows; i++)
        {
            for (var g = 0; g < scores.Columns; g += 4)
            {
                if (scores.Row(i).Slice(g, 4).ToArray().Distinct().Count() < 4) continue;
                for (var j = g; j < g + 4; j++) Assert.Equal(official[i, j], groups[i, j]);
            }
        }
    }

    [Fact]
    public void ThreadsDoNotChangeTheResult()
    {
        var golden = new GoldenFile("layer0-q_proj-64x576");
        using var w1 = golden.Matrix("W");
        using var h1 = golden.Matrix("H");
        using var w2 = golden.Matrix("W");
        using var h2 = golden.Matrix("H");
        Fixture.Solve(w1, h1, new SparseGptSettings(), new KernelSettings { Threads = 1 });
        Fixture.Solve(w2, h2, new SparseGptSettings(), new KernelSettings { Threads = 3 });
        Assert.Equal(w1.AsSpan().ToArray(), w2.AsSpan().ToArray());
    }

    [Theory]
    [InlineData("tiny-128x128", "sparsegpt_50")]
    [InlineData("tiny-128x128", "sparsegpt_2of4")]
    [InlineData("layer14-down_proj-64x512", "sparsegpt_50")]
    public void MaskedLeastSquaresReachesTheRecordedOptimum(string layer, string result)
    {
        var golden = new GoldenFile(layer);
        using var w = golden.Matrix("W");
        using var h = golden.Matrix("H");
        using var best = MaskedLeastSquares.Solve(w, h, golden.Mask(result + ".mask"));
        var optimum = GoldenFile.Number(layer, result, "optimum64");
        Assert.InRange(Reference.Loss(w, best, h) / optimum, 1 - 1e-6, 1 + 1e-6);
    }

    private static int Differing(Mask a, Mask b)
    {
        var count = 0;
        for (var i = 0; i < a.Rows; i++)
            for (var j = 0; j < a.Columns; j++) count += a[i, j] == b[i, j] ? 0 : 1;
        return count;
    }

    private static double RelativeDifference(Matrix expected, Matrix actual)
    {
        double difference = 0, norm = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow(expected.AsSpan()[i] - (double)actual.AsSpan()[i], 2);
            norm += Math.Pow(expected.AsSpan()[i], 2);
        }
        return Math.Sqrt(difference / norm);
    }
}
