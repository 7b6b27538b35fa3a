using Espalier.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Espalier.Evaluation;

/// <summary>An ONNX file in ONNX Runtime on the CPU.</summary>
public sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;

    /// <summary>Loads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threads">Threads within one operator; operators run one after the other.</param>
    /// <exception cref="EspalierException">ONNX Runtime refuses the file.</exception>
    public OnnxSession(string path, int threads)
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
            _session = new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new EspalierException($"ONNX Runtime does not load the file: {e.Message.TrimEnd('.')}", path, inner: e);
        }
    }

    /// <summary>Runtime and version.</summary>
    public static string Runtime => $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}";

    /// <summary>Prepares a run with given inputs; the result runs as often as wanted.</summary>
    public OnnxRun Prepare(IReadOnlyDictionary<string, TensorData> inputs) => new(_session, inputs.ToDictionary(input => input.Key, input => ToValue(input.Value)));

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static OrtValue ToValue(TensorData data)
    {
        var type = data.ElementType switch
        {
            ElementType.F32 => TensorElementType.Float,
            ElementType.F16 => TensorElementType.Float16,
            ElementType.F64 => TensorElementType.Double,
            ElementType.I64 => TensorElementType.Int64,
            ElementType.I32 => TensorElementType.Int32,
            ElementType.I8 => TensorElementType.Int8,
            ElementType.U8 => TensorElementType.UInt8,
            ElementType.Bool => TensorElementType.Bool,
            _ => throw new EspalierException($"inputs of type {data.ElementType} cannot be given to ONNX Runtime here"),
        };
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, data.Shape.ToArray());
        if (data.ElementCount > 0) data.CopyBytes(0, value.GetTensorMutableRawData());
        return value;
    }
}
