using Espalier.Data;
using Espalier.Graphs;

namespace Espalier.Evaluation;

/// <summary>A model in a runtime, warmed up, and what it occupies.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly ILatencySession _session;

    private LoadedModel(string name, ILatencySession session, IReadOnlyList<ILatencyStep> steps, long residentBytes)
    {
        Name = name;
        _session = session;
        Steps = steps;
        ResidentBytes = residentBytes;
    }

    public string Name { get; }

    public string Runtime => _session.Runtime;

    /// <summary>One step per phase.</summary>
    public IReadOnlyList<ILatencyStep> Steps { get; }

    /// <summary>Growth of the resident memory by loading and warming up.</summary>
    public long ResidentBytes { get; }

    /// <summary>Loads and warms up.</summary>
    public static LoadedModel Load(BenchmarkModel model, BenchmarkRuntime runtime, string? onnxPath, IReadOnlyList<LatencyPhase> phases, LatencyOptions options, CancellationToken cancellation)
    {
        if (onnxPath is not null) OnnxLatencySession.Export(model.Graph, onnxPath);
        else ReadOnce(model.Graph);
        var before = ResidentMemory.Measure();
        ILatencySession session = runtime == BenchmarkRuntime.OnnxRuntime
            ? OnnxLatencySession.Open(model.Graph, onnxPath!, options.Threads, options.Seed)
            : new TorchLatencySession(model.Graph, options.Seed);
        var steps = new List<ILatencyStep>();
        try
        {
            var vocabulary = (int)(model.Graph.Values["logits"].Shape?[^1].Size ?? 1);
            foreach (var phase in phases) steps.Add(session.Prepare(Ids(phase.Ids, vocabulary, options.Seed), phase.Past));
            foreach (var step in steps)
            {
                for (var run = 0; run < options.WarmUp; run++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    step.Run();
                }
            }
            return new LoadedModel(model.Name, session, steps, ResidentMemory.Measure() - before);
        }
        catch
        {
            foreach (var step in steps) step.Dispose();
            session.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var step in Steps) step.Dispose();
        _session.Dispose();
    }

    // Brings the pages of mapped files into memory before the first measurement, as exporting does.
    private static void ReadOnce(Graph graph)
    {
        var buffer = new float[1 << 16];
        foreach (var parameter in graph.Parameters.Values)
        {
            for (var start = 0L; start < parameter.Data.ElementCount; start += buffer.Length)
                parameter.Data.ReadSingle(start, buffer.AsSpan(0, (int)Math.Min(buffer.Length, parameter.Data.ElementCount - start)));
        }
    }

    private static int[] Ids(int count, int vocabulary, int seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextInt32(vocabulary))];
    }
}
