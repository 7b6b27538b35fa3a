using Espalier.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Espalier.Testing;

/// <summary>Runs ONNX files in ONNX Runtime: the independent path for whatever this library computes or writes.</summary>
internal static class RuntimeOutputs
{
    /// <summary>Outputs by name, without graph optimisation and on one thread unless said otherwise.</summary>
    public static IReadOnlyDictionary<string, TensorData> Run(string path, IReadOnlyDictionary<string, TensorData> inputs, bool optimise = false)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            GraphOptimizationLevel = optimise ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
        };
        using var session = new InferenceSession(path, options);
        var values = inputs.Where(input => session.InputMetadata.ContainsKey(input.Key)).ToDictionary(input => input.Key, input => ToValue(input.Value));
        using var run = new RunOptions();
        using var results = session.Run(run, values, session.OutputNames);
        foreach (var value in values.Values) value.Dispose();
        return session.OutputNames.Zip(results).ToDictionary(pair => pair.First, pair => FromValue(pair.Second));
    }

    private static OrtValue ToValue(TensorData data)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, ToRuntime(data.ElementType), data.Shape.ToArray());
        if (data.ElementCount > 0) data.CopyBytes(0, value.GetTensorMutableRawData());
        return value;
    }

    private static TensorData FromValue(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var shape = new TensorShape(info.Shape);
        var type = FromRuntime(info.ElementDataType);
        return ArrayTensorData.FromBytes(type, shape, shape.ElementCount == 0 ? [] : value.GetTensorMutableRawData().ToArray());
    }

    private static TensorElementType ToRuntime(ElementType type) => type switch
    {
        ElementType.F32 => TensorElementType.Float,
        ElementType.F16 => TensorElementType.Float16,
        ElementType.F64 => TensorElementType.Double,
        ElementType.I64 => TensorElementType.Int64,
        ElementType.I32 => TensorElementType.Int32,
        ElementType.I8 => TensorElementType.Int8,
        ElementType.U8 => TensorElementType.UInt8,
        ElementType.Bool => TensorElementType.Bool,
        _ => throw new NotSupportedException($"Inputs of type {type}."),
    };

    private static ElementType FromRuntime(TensorElementType type) => type switch
    {
        TensorElementType.Float => ElementType.F32,
        TensorElementType.Float16 => ElementType.F16,
        TensorElementType.Double => ElementType.F64,
        TensorElementType.Int64 => ElementType.I64,
        TensorElementType.Int32 => ElementType.I32,
        TensorElementType.Int8 => ElementType.I8,
        TensorElementType.UInt8 => ElementType.U8,
        TensorElementType.Bool => ElementType.Bool,
        _ => throw new NotSupportedException($"Outputs of type {type}."),
    };
}
