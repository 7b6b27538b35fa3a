using Espalier.Evaluation;
using Espalier.Formats.HuggingFace;
using Espalier.Tests.Execution;
using TorchSharp;
using Xunit;

namespace Espalier.Tests.Evaluation;

/// <summary>Alone, because the number of threads belongs to the whole process and other tests would disturb the times.</summary>
[CollectionDefinition(nameof(LatencyBenchmarkTests), DisableParallelization = true)]
[Collection(nameof(LatencyBenchmarkTests))]
public sealed class LatencyBenchmarkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BenchmarkRuntime.OnnxRuntime, "ONNX Runtime 1.")]
    [InlineData(BenchmarkRuntime.Espalier, "Espalier on libtorch 2.")]
    public void Both_phases_of_both_models_are_reported(BenchmarkRuntime runtime, string name)
    {
        using var small = new DecoderOracle("llama");
        using var other = new DecoderOracle("llama-gqa-tied");
        BenchmarkModel[] models = [new("small", small.Build(GraphForm.Cached)), new("other", other.Build(GraphForm.Cached))];
        var before = Folders();
        var threads = torch.get_num_threads();
        var fractions = new List<double>();

        var reports = LatencyBenchmark.Run(models, runtime, new LatencyOptions { PrefillTokens = 8, DecodeTokens = 5, Runs = 4, WarmUp = 1, Threads = 1 },
            new Direct(fractions.Add), Token);

        Assert.Equal([("small", "prefill", 8), ("other", "prefill", 8), ("small", "decode", 5), ("other", "decode", 5)], reports.Select(report => (report.Model, report.Phase, report.Tokens)));
        Assert.All(reports, report =>
        {
            Assert.StartsWith(name, report.Runtime, StringComparison.Ordinal);
            Assert.True(report.LowerQuartile > 0 && report.LowerQuartile <= report.MedianMilliseconds && report.MedianMilliseconds <= report.UpperQuartile);
            Assert.Equal((4, 1), (report.Runs, report.Threads));
        });
        Assert.Equal(1, fractions[^1], 1e-9);
        Assert.Equal(fractions.Order(), fractions);
        Assert.Equal(threads, torch.get_num_threads());
        Assert.Empty(Folders().Except(before));
    }

    [Fact]
    public void Own_runtime_leaves_no_tensor_behind()
    {
        using var oracle = new DecoderOracle("llama");
        var graph = oracle.Build(GraphForm.Cached);
        var options = new LatencyOptions { PrefillTokens = 4, DecodeTokens = 2, Runs = 2, WarmUp = 1, Threads = 1 };
        LatencyBenchmark.Run([new("model", graph)], BenchmarkRuntime.Espalier, options, cancellation: Token);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        LatencyBenchmark.Run([new("model", graph)], BenchmarkRuntime.Espalier, options, cancellation: Token);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_cancelled_benchmark_stops_and_cleans_up()
    {
        using var oracle = new DecoderOracle("llama");
        using var cancellation = new CancellationTokenSource();
        var before = Folders();
        Assert.Throws<OperationCanceledException>(() => LatencyBenchmark.Run([new("model", oracle.Build(GraphForm.Cached))], BenchmarkRuntime.OnnxRuntime,
            new LatencyOptions { PrefillTokens = 4 }, new Direct(_ => cancellation.Cancel()), cancellation.Token));
        Assert.Empty(Folders().Except(before));
    }

    [Fact]
    public void Quartiles_interpolate_between_order_statistics()
    {
        Assert.Equal(new Quartiles(2, 3, 4), Quartiles.Of([5, 1, 4, 2, 3]));
        Assert.Equal(new Quartiles(1.75, 2.5, 3.25), Quartiles.Of([4, 3, 2, 1]));
        Assert.Equal(new Quartiles(7, 7, 7), Quartiles.Of([7]));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<UsageException>(() => new LatencyOptions { PrefillTokens = null, DecodeTokens = null }.Validate());
        Assert.Throws<UsageException>(() => new LatencyOptions { PrefillTokens = 0 }.Validate());
        Assert.Throws<UsageException>(() => new LatencyOptions { Runs = 0 }.Validate());
        Assert.Throws<UsageException>(() => new LatencyOptions { Threads = 0 }.Validate());
        Assert.Throws<UsageException>(() => LatencyBenchmark.Run([], BenchmarkRuntime.OnnxRuntime, new LatencyOptions(), cancellation: Token));
    }

    private static string[] Folders() => Directory.GetDirectories(Path.GetTempPath(), "espalier-bench-*");

    private sealed class Direct(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
