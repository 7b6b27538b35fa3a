using System.Diagnostics;
using Espalier.Reports;
using Espalier.Torch.Loading;
using TorchSharp;

namespace Espalier.Evaluation;

/// <summary>
/// Times models against each other. All are loaded; in every round each runs once, so that a disturbance of the machine meets all alike. Prefill is the
/// whole prompt with an empty cache; decode is one token after a filled cache. Both compute the logits of every position given and return the grown cache.
/// </summary>
/// <remarks>
/// Memory is the growth of the process's resident memory from before a model is loaded to after its warm-up runs, with its inputs and whatever the runtime
/// keeps for later runs. Free memory is given back to the system before both measurements. The source weights are read once before, so that pages of a mapped
/// checkpoint are not counted.
/// </remarks>
public static class LatencyBenchmark
{
    /// <summary>Times models in one runtime.</summary>
    /// <param name="models">The models, the one to compare to first.</param>
    /// <param name="runtime">The runtime.</param>
    /// <param name="options">What to time, and how often.</param>
    /// <param name="progress">Told the fraction done, from 0 to 1.</param>
    /// <param name="cancellation">Checked before every run.</param>
    /// <returns>One report per model and phase, models in their order within each phase.</returns>
    /// <exception cref="UsageException">There are no models, or an option is out of range.</exception>
    /// <exception cref="EspalierException">A model cannot be exported or loaded.</exception>
    public static IReadOnlyList<LatencyReport> Run(IReadOnlyList<BenchmarkModel> models, BenchmarkRuntime runtime, LatencyOptions options,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        if (models.Count == 0) throw new UsageException("there are no models to time", "MODEL", "Name at least one");
        var phases = Phases(options);
        using var folder = runtime == BenchmarkRuntime.OnnxRuntime ? new TemporaryFolder() : null;
        using var threads = runtime == BenchmarkRuntime.Espalier ? new TorchThreads(options.Threads) : null;
        var loaded = new List<LoadedModel>();
        try
        {
            // What a runtime sets up once must not be counted against the model that happens to come first.
            LoadedModel.Load(models[0], runtime, folder?.File("first.onnx"), phases, options, cancellation).Dispose();
            foreach (var model in models)
            {
                cancellation.ThrowIfCancellationRequested();
                loaded.Add(LoadedModel.Load(model, runtime, folder?.File($"{loaded.Count}.onnx"), phases, options, cancellation));
            }
            var reports = new List<LatencyReport>();
            for (var phase = 0; phase < phases.Count; phase++)
            {
                var times = Time(loaded, phase, options.Runs, done => progress?.Report((phase + done) / phases.Count), cancellation);
                reports.AddRange(loaded.Select((model, i) => Report(model, phases[phase], options, times[i])));
            }
            return reports;
        }
        finally
        {
            foreach (var model in loaded) model.Dispose();
        }
    }

    private static List<LatencyPhase> Phases(LatencyOptions options)
    {
        var phases = new List<LatencyPhase>();
        if (options.PrefillTokens is { } prompt) phases.Add(new LatencyPhase("prefill", prompt, prompt, 0));
        if (options.DecodeTokens is { } filled) phases.Add(new LatencyPhase("decode", filled, 1, filled));
        return phases;
    }

    /// <summary>Milliseconds per model and run.</summary>
    private static double[][] Time(List<LoadedModel> models, int phase, int runs, Action<double> report, CancellationToken cancellation)
    {
        var times = models.Select(_ => new double[runs]).ToArray();
        for (var run = 0; run < runs; run++)
        {
            for (var i = 0; i < models.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                // Every other round goes backwards, so that no model always follows the same one.
                var model = run % 2 == 0 ? i : models.Count - 1 - i;
                var start = Stopwatch.GetTimestamp();
                models[model].Steps[phase].Run();
                times[model][run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
            report((run + 1.0) / runs);
        }
        return times;
    }

    private static LatencyReport Report(LoadedModel model, LatencyPhase phase, LatencyOptions options, double[] times)
    {
        var quartiles = Quartiles.Of(times);
        return new LatencyReport
        {
            Runtime = model.Runtime,
            Model = model.Name,
            Phase = phase.Name,
            Tokens = phase.Tokens,
            Threads = options.Threads,
            Runs = times.Length,
            MedianMilliseconds = quartiles.Median,
            LowerQuartile = quartiles.Lower,
            UpperQuartile = quartiles.Upper,
            ResidentBytes = model.ResidentBytes,
        };
    }

    /// <summary>Sets libtorch's threads, and back at the end.</summary>
    private sealed class TorchThreads : IDisposable
    {
        private readonly int _before;

        public TorchThreads(int threads)
        {
            TorchRuntime.EnsureLoaded(); // or an error that names the remedy
            _before = torch.get_num_threads();
            torch.set_num_threads(threads);
        }

        public void Dispose() => torch.set_num_threads(_before);
    }
}
