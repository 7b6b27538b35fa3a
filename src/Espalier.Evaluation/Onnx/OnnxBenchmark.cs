using System.Diagnostics;
using Espalier.Formats.Onnx;
using Espalier.Reports;

namespace Espalier.Evaluation;

/// <summary>Times ONNX files against each other in ONNX Runtime: all are loaded, and in every round each runs once.</summary>
public static class OnnxBenchmark
{
    /// <summary>Name of the only phase.</summary>
    public const string Phase = "run";

    /// <summary>Times files.</summary>
    /// <param name="paths">The files, the one to compare to first.</param>
    /// <param name="sizes">Sizes of the symbols of their inputs; 1 for one that is not listed.</param>
    /// <param name="runs">Runs counted of each.</param>
    /// <param name="warmUp">Runs before, not counted.</param>
    /// <param name="threads">Threads within one operator.</param>
    /// <param name="cancellation">Checked before every run.</param>
    /// <exception cref="EspalierException">A file cannot be loaded or run.</exception>
    public static IReadOnlyList<LatencyReport> Run(IReadOnlyList<string> paths, IReadOnlyDictionary<string, long> sizes, int runs, int warmUp, int threads, CancellationToken cancellation = default)
    {
        var loaded = new List<Loaded>();
        try
        {
            foreach (var path in paths) loaded.Add(Loaded.Load(path, sizes, warmUp, threads, cancellation));
            var times = loaded.Select(_ => new double[runs]).ToArray();
            for (var run = 0; run < runs; run++)
            {
                for (var i = 0; i < loaded.Count; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    // Every other round goes backwards, so that no model always follows the same one.
                    var model = run % 2 == 0 ? i : loaded.Count - 1 - i;
                    var start = Stopwatch.GetTimestamp();
                    loaded[model].Run.Run();
                    times[model][run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
            }
            return [.. loaded.Select((model, i) => Report(model, times[i], threads))];
        }
        finally
        {
            foreach (var model in loaded) model.Dispose();
        }
    }

    private static LatencyReport Report(Loaded model, double[] times, int threads)
    {
        var quartiles = Quartiles.Of(times);
        return new LatencyReport
        {
            Runtime = OnnxSession.Runtime,
            Model = model.Path,
            Phase = Phase,
            Tokens = 1,
            Threads = threads,
            Runs = times.Length,
            MedianMilliseconds = quartiles.Median,
            LowerQuartile = quartiles.Lower,
            UpperQuartile = quartiles.Upper,
            ResidentBytes = model.ResidentBytes,
        };
    }

    private sealed record Loaded(string Path, OnnxSession Session, OnnxRun Run, long ResidentBytes) : IDisposable
    {
        public static Loaded Load(string path, IReadOnlyDictionary<string, long> sizes, int warmUp, int threads, CancellationToken cancellation)
        {
            using var model = OnnxModel.Open(path);
            var inputs = RandomInputs.Draw(model.Graph, RandomInputs.Complete(model.Graph, sizes));
            var before = ResidentMemory.Measure();
            var session = new OnnxSession(path, threads);
            var run = session.Prepare(inputs);
            for (var i = 0; i < warmUp; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                run.Run();
            }
            return new Loaded(path, session, run, ResidentMemory.Measure() - before);
        }

        public void Dispose()
        {
            Run.Dispose();
            Session.Dispose();
        }
    }
}
