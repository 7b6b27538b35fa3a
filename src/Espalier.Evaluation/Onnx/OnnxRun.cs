using Espalier.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Espalier.Evaluation;

/// <summary>A model with its inputs, run again and again.</summary>
public sealed class OnnxRun : IDisposable
{
    private readonly InferenceSession _session;
    private readonly Dictionary<string, OrtValue> _inputs;
    private readonly RunOptions _options = new();

    internal OnnxRun(InferenceSession session, Dictionary<string, OrtValue> inputs)
    {
        _session = session;
        _inputs = inputs;
    }

    /// <summary>Runs and throws the outputs away.</summary>
    public void Run()
    {
        using var results = _session.Run(_options, _inputs, _session.OutputNames);
    }

    /// <summary>Runs and returns float outputs by name, widened to 32 bits; outputs of other types are left out.</summary>
    /// <exception cref="EspalierException">The run fails; ONNX Runtime's message names the node.</exception>
    public IReadOnlyDictionary<string, TensorData> Floats()
    {
        try
        {
            using var results = _session.Run(_options, _inputs, _session.OutputNames);
            var outputs = new Dictionary<string, TensorData>();
            for (var i = 0; i < results.Count; i++)
            {
                if (!results[i].IsTensor) continue;
                var info = results[i].GetTensorTypeAndShape();
                ElementType? type = info.ElementDataType switch
                {
                    TensorElementType.Float => ElementType.F32,
                    TensorElementType.Float16 => ElementType.F16,
                    TensorElementType.Double => ElementType.F64,
                    _ => null,
                };
                if (type is null) continue;
                var shape = new TensorShape(info.Shape);
                outputs[_session.OutputNames[i]] = ArrayTensorData.FromBytes(type.Value, shape, shape.ElementCount == 0 ? [] : results[i].GetTensorMutableRawData().ToArray());
            }
            return outputs;
        }
        catch (OnnxRuntimeException e)
        {
            throw new EspalierException($"ONNX Runtime cannot run the model: {e.Message.TrimEnd('.')}", inner: e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _options.Dispose();
        foreach (var input in _inputs.Values) input.Dispose();
    }
}
