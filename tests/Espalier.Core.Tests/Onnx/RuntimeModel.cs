using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace Espalier.Core.Tests.Onnx;

/// <summary>A graph written to a temporary file and opened in ONNX Runtime with strict shape inference.</summary>
internal sealed class RuntimeModel : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-onnx-");
    private readonly InferenceSession _session;

    public RuntimeModel(Graph graph, OnnxWriteOptions? options = null)
    {
        var path = Path.Combine(_folder.FullName, "model.onnx");
        Files = OnnxWriter.Write(graph, path, options);
        _session = Open(path);
    }

    public OnnxFiles Files { get; }

    public ModelMetadata Metadata => _session.ModelMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => _session.OutputMetadata;

    public static InferenceSession Open(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.strict_shape_type_inference", "1");
        return new InferenceSession(path, options);
    }

    /// <summary>Runs the model; the outputs asked for come back as arrays with their shapes.</summary>
    public IReadOnlyList<RuntimeTensor> Run(IReadOnlyDictionary<string, RuntimeTensor> inputs, params IReadOnlyList<string> outputs)
    {
        var values = inputs.ToDictionary(pair => pair.Key, pair => pair.Value.ToValue());
        using var run = new RunOptions();
        using var results = _session.Run(run, values, outputs);
        foreach (var value in values.Values) value.Dispose();
        return [.. results.Select(RuntimeTensor.From)];
    }

    public void Dispose()
    {
        _session.Dispose();
        _folder.Delete(recursive: true);
    }
}
