using Espalier.Recipes;
using Espalier.Reports;
using Xunit;

namespace Espalier.Core.Tests.Reports;

public sealed class VerdictTests
{
    private const string Dense = "models/dense";
    private const string Pruned = "out/pruned";
    private const string Ort = "ONNX Runtime 1.31.1";

    // One layer of 1000 weights, half of them zero, nothing else measured.
    private static PruneReport Report(int kept = 500, int zeros = 500) => SampleReports.Masked() with
    {
        Recipe = new PruneRecipe { Model = Dense, Method = "magnitude", Sparsity = 0.5 },
        Layers =
        [
            new LayerReport
            {
                Name = "fc", Parameter = "fc.weight", Rows = 10, Columns = 100, Kept = kept, Zeros = zeros, ZerosBefore = 0,
                HistogramLimit = 1, HistogramBefore = [], HistogramAfter = [], SolveSeconds = 0,
            },
        ],
        Before = new SizeReport(2_000_000, 2_000_000, 1, 1, 8_000_000),
        After = new SizeReport(2_000_000, 1_999_500, 1, 1, 8_000_000),
        PerplexityBefore = null,
        PerplexityAfter = null,
        Latencies = [],
    };

    private static LatencyReport[] Pair(string phase, double before, double after, double spread = 0.5, string runtime = Ort, int tokens = 128) =>
        [SampleReports.Latency(Dense, phase, tokens, before, spread, runtime), SampleReports.Latency(Pruned, phase, tokens, after, spread, runtime)];

    [Fact]
    public void Masks_that_change_nothing_are_called_useless_there() => Assert.Equal(
        "50.0 % of the prunable weights are zero, perplexity rose from 20.00 to 25.00 (1.25x); in ONNX Runtime 1.31.1 the latency did not change "
        + "(1.01x prefill, 0.99x decode, within the spread) and the file has the same size: masks alone give nothing there; "
        + "a sparse runtime or structured pruning is needed.",
        Verdict.Of(Report() with
        {
            PerplexityBefore = SampleReports.Perplexity(20),
            PerplexityAfter = SampleReports.Perplexity(25),
            Latencies = [.. Pair("prefill", 101, 100), .. Pair("decode", 99, 100)],
        }));

    [Fact]
    public void What_was_not_measured_is_said_and_nothing_is_concluded() => Assert.Equal(
        "50.0 % of the prunable weights are zero, perplexity after was not measured; latency was not measured and the file has the same size.",
        Verdict.Of(Report()));

    [Fact]
    public void Faster_beyond_the_spread_is_said_without_complaint() => Assert.Equal(
        "50.0 % of the prunable weights are zero, perplexity after was not measured; "
        + "in ONNX Runtime 1.31.1 prefill is 1.60x as fast, decode did not change (1.00x, within the spread) and the file has the same size.",
        Verdict.Of(Report() with { Latencies = [.. Pair("decode", 10, 10), .. Pair("prefill", 160, 100)] }));

    [Fact]
    public void Slower_is_said() => Assert.Equal(
        "50.0 % of the prunable weights are zero, perplexity after was not measured; "
        + "in ONNX Runtime 1.31.1 decode is slower (0.50x as fast) and the file has the same size: masks alone give nothing there; "
        + "a sparse runtime or structured pruning is needed.",
        Verdict.Of(Report() with { Latencies = Pair("decode", 50, 100) }));

    [Fact]
    public void A_wide_spread_hides_a_difference_and_a_tiny_difference_is_none_however_narrow_the_spread()
    {
        Assert.Contains("did not change (1.25x decode, within the spread)", Verdict.Of(Report() with { Latencies = Pair("decode", 100, 80, spread: 15) }), StringComparison.Ordinal);
        Assert.Contains("did not change (1.01x decode, within the spread)", Verdict.Of(Report() with { Latencies = Pair("decode", 101, 100, spread: 0.01) }), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_runtime_has_its_own_clause_and_lengths_are_named_where_they_differ() => Assert.Equal(
        "50.0 % of the prunable weights are zero, perplexity after was not measured; in ONNX Runtime 1.31.1 the latency did not change "
        + "(1.00x decode, within the spread); in Espalier 0.1.0 decode at 128 tokens is 2.00x as fast and decode at 512 tokens is 1.50x as fast "
        + "and the file has the same size.",
        Verdict.Of(Report() with { Latencies = [.. Pair("decode", 10, 10), .. Pair("decode", 20, 10, runtime: "Espalier 0.1.0"), .. Pair("decode", 30, 20, runtime: "Espalier 0.1.0", tokens: 512)] }));

    [Fact]
    public void A_latency_of_one_side_proves_nothing()
    {
        var verdict = Verdict.Of(Report() with { Latencies = [SampleReports.Latency(Pruned, "decode", 1, 5, 1)] });
        Assert.Equal("50.0 % of the prunable weights are zero, perplexity after was not measured; "
            + "latency was measured on one side only, so nothing follows about speed and the file has the same size.", verdict);
    }

    [Fact]
    public void Smaller_on_disk_is_a_gain_but_masks_still_give_no_speed() => Assert.Equal(
        "50.0 % of the prunable weights are zero, perplexity after was not measured; in ONNX Runtime 1.31.1 the latency did not change "
        + "(1.00x decode, within the spread) and the file is 2.00x smaller (8.00 MB to 4.00 MB, written as f16): masks alone give no speed there; "
        + "a sparse runtime or structured pruning is needed.",
        Verdict.Of(Report() with
        {
            Recipe = Report().Recipe with { OutputType = "f16" },
            After = new SizeReport(2_000_000, 1_999_500, 1, 1, 4_000_000),
            Latencies = Pair("decode", 10, 10),
        }));

    [Fact]
    public void Larger_on_disk_is_said() => Assert.Contains("the file is 1.50x larger (8.00 MB to 12.0 MB)",
        Verdict.Of(Report() with { After = new SizeReport(2_000_000, 1, 1, 1, 12_000_000) }), StringComparison.Ordinal);

    [Fact]
    public void Structured_pruning_counts_parameters() => Assert.Equal(
        "The parameters fell from 2.00 M to 1.50 M (0.75x), perplexity after was not measured; "
        + "in ONNX Runtime 1.31.1 decode is 1.30x as fast and the file is 1.33x smaller (8.00 MB to 6.00 MB).",
        Verdict.Of(Report(kept: 1000, zeros: 0) with { After = new SizeReport(1_500_000, 1_500_000, 1, 1, 6_000_000), Latencies = Pair("decode", 13, 10) }));

    [Fact]
    public void Quality_is_told_in_every_case()
    {
        static string Of(PerplexityReport? before, PerplexityReport? after) => Verdict.Of(Report() with { PerplexityBefore = before, PerplexityAfter = after });
        var twenty = SampleReports.Perplexity(20);
        Assert.Contains("perplexity fell from 20.00 to 19.00 (0.95x)", Of(twenty, SampleReports.Perplexity(19)), StringComparison.Ordinal);
        Assert.Contains("perplexity stayed at 20.00;", Of(twenty, SampleReports.Perplexity(20.001)), StringComparison.Ordinal);
        Assert.Contains("perplexity rose from 20.00 to 5.00e+6 (250,000x)", Of(twenty, SampleReports.Perplexity(5e6)), StringComparison.Ordinal);
        Assert.Contains("no longer finite: the model is broken", Of(twenty, SampleReports.Perplexity(double.PositiveInfinity)), StringComparison.Ordinal);
        Assert.Contains("perplexity is 20.00 (before: not measured)", Of(null, twenty), StringComparison.Ordinal);
        Assert.Contains("perplexity is 20.00 (before: measured by another protocol, not comparable)", Of(SampleReports.Perplexity(18) with { Window = 1024 }, twenty), StringComparison.Ordinal);
        Assert.Contains("perplexity after was not measured", Of(twenty, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Zeros_are_counted_not_promised()
    {
        Assert.StartsWith("30.0 % of the prunable weights are zero although the masks remove 50.0 %,", Verdict.Of(Report(zeros: 300)), StringComparison.Ordinal);
        Assert.StartsWith(">99.9 % of the prunable weights", Verdict.Of(Big(999_900)), StringComparison.Ordinal);
        Assert.StartsWith("No layer was pruned,", Verdict.Of(Report() with { Layers = [] }), StringComparison.Ordinal);
        var already = Report() with { Layers = [Report().Layers[0] with { ZerosBefore = 200 }] };
        Assert.StartsWith("50.0 % of the prunable weights are zero (20.0 % were before),", Verdict.Of(already), StringComparison.Ordinal);

        static PruneReport Big(long zeros) => Report() with { Layers = [Report().Layers[0] with { Rows = 1000, Columns = 1000, Kept = 1_000_000 - zeros, Zeros = zeros }] };
    }

    [Fact]
    public void A_pattern_is_named() => Assert.StartsWith("50.0 % of the prunable weights are zero in the pattern 2:4,",
        Verdict.Of(Report() with { Recipe = Report().Recipe with { Pattern = "2:4" } }), StringComparison.Ordinal);

    [Fact]
    public void Rows_without_the_name_of_the_model_are_paired_in_their_order()
    {
        var report = Report() with { Latencies = [SampleReports.Latency("a.onnx", "decode", 1, 20, 0.1), SampleReports.Latency("b.onnx", "decode", 1, 10, 0.1)] };
        var pair = Assert.Single(LatencyComparison.Of(report));
        Assert.Equal("a.onnx", pair.Before!.Model);
        Assert.Equal(2, pair.Speedup);
        Assert.Equal(LatencyOutcome.Faster, pair.Outcome);
    }

    [Fact]
    public void The_order_of_rows_does_not_matter_where_the_model_is_named()
    {
        var report = Report() with { Latencies = [.. Pair("decode", 20, 10).Reverse()] };
        Assert.Equal(LatencyOutcome.Faster, Assert.Single(LatencyComparison.Of(report)).Outcome);
    }
}
