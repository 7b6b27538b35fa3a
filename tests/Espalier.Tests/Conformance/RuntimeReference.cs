using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Runs a graph in ONNX Runtime without graph optimisation, with tensors of any type.</summary>
internal static class RuntimeReference
{
    /// <summary>The outputs of the graph in its order.</summary>
    /// <exception cref="OnnxRuntimeException">The runtime refuses the model or the inputs.</exception>
    public static IReadOnlyList<TensorData> Run(Graph graph, IReadOnlyDictionary<string, TensorData> feeds)
    {
        var folder = Directory.CreateTempSubdirectory("espalier-case-");
        try
        {
            var path = Path.Combine(folder.FullName, "case.onnx");
            OnnxWriter.Write(graph, path, new OnnxWriteOptions { WeightType = null });
            return Run(path, feeds, [.. graph.Outputs.Select(output => output.Name)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Outputs of a model file.</summary>
    public static IReadOnlyList<TensorData> Run(string path, IReadOnlyDictionary<string, TensorData> feeds, IReadOnlyList<string> outputs)
    {
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        using var session = new InferenceSession(path, options);
        using var run = new RunOptions();
        var inputs = feeds.ToDictionary(pair => pair.Key, pair => ToValue(pair.Value));
        try
        {
            using var results = session.Run(run, inputs, outputs);
            return [.. results.Select(ToData)];
        }
        finally
        {
            foreach (var value in inputs.Values) value.Dispose();
        }
    }

    private static OrtValue ToValue(TensorData data)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)(int)OnnxTypes.ToOnnx(data.ElementType), data.Shape.ToArray());
        data.ToBytes().CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    private static ArrayTensorData ToData(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var type = OnnxTypes.FromOnnx((int)info.ElementDataType) ?? throw new InvalidOperationException($"The runtime gave elements of type {info.ElementDataType}.");
        var bytes = info.ElementCount == 0 ? [] : value.GetTensorMutableRawData().ToArray();
        return ArrayTensorData.FromBytes(type, new TensorShape(info.Shape), bytes);
    }
}
