using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace Espalier.Evaluation;

/// <summary>A model in ONNX Runtime on the CPU: exported to a temporary folder, weights in 32-bit floats, operators one after the other.</summary>
internal sealed class OnnxLatencySession : ILatencySession
{
    private readonly Graph _graph;
    private readonly InferenceSession _session;
    private readonly int _seed;

    private OnnxLatencySession(Graph graph, InferenceSession session, int seed)
    {
        _graph = graph;
        _session = session;
        _seed = seed;
    }

    public string Runtime { get; } = $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}";

    /// <summary>Writes the model.</summary>
    public static void Export(Graph graph, string path) => OnnxWriter.Write(graph, path);

    /// <summary>Loads a model that was exported.</summary>
    public static OnnxLatencySession Open(Graph graph, string path, int threads, int seed)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Idle threads of one model must not spin while another is timed.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        try
        {
            return new OnnxLatencySession(graph, new InferenceSession(path, options), seed);
        }
        catch (OnnxRuntimeException e)
        {
            throw new EspalierException($"ONNX Runtime does not load the exported model: {e.Message.TrimEnd('.')}", graph.Name, "Report this with the model's config.json", e);
        }
    }

    public ILatencyStep Prepare(ReadOnlySpan<int> ids, int past)
    {
        var random = new Data.SeededRandom(_seed);
        var inputs = new Dictionary<string, OrtValue>
        {
            ["input_ids"] = Integers(Array.ConvertAll(ids.ToArray(), id => (long)id)),
            ["attention_mask"] = Integers([.. Enumerable.Repeat(1L, past + ids.Length)]),
            ["position_ids"] = Integers([.. Enumerable.Range(past, ids.Length).Select(position => (long)position)]),
        };
        foreach (var input in KeyValueCache.InputsOf(_graph))
        {
            long[] shape = [1, KeyValueCache.Size(input, 1), past, KeyValueCache.Size(input, 3)];
            var values = new float[shape[1] * shape[2] * shape[3]];
            for (var i = 0; i < values.Length; i++) values[i] = (float)random.NextDouble();
            inputs[input.Name] = OrtValue.CreateTensorValueFromMemory(values, shape);
        }
        return new Step(_session, inputs, [.. _graph.Outputs.Select(output => output.Name)]);
    }

    public void Dispose() => _session.Dispose();

    private static OrtValue Integers(long[] values) => OrtValue.CreateTensorValueFromMemory(values, [1, values.Length]);

    private sealed class Step(InferenceSession session, Dictionary<string, OrtValue> inputs, string[] outputs) : ILatencyStep
    {
        private readonly RunOptions _options = new();

        public void Run()
        {
            using var results = session.Run(_options, inputs, outputs);
        }

        public void Dispose()
        {
            _options.Dispose();
            foreach (var input in inputs.Values) input.Dispose();
        }
    }
}
