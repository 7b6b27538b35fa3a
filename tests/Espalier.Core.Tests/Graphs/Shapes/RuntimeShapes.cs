using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Runs a graph in ONNX Runtime for the shapes and types of its outputs; inputs are filled with values that are valid as data and as indices.</summary>
internal sealed class RuntimeShapes : IDisposable
{
    private readonly InferenceSession _session;
    private readonly Graph _graph;

    public RuntimeShapes(Graph graph)
    {
        _graph = graph;
        var folder = Directory.CreateTempSubdirectory("espalier-shapes-");
        try
        {
            var path = Path.Combine(folder.FullName, "model.onnx");
            OnnxWriter.Write(graph, path, new OnnxWriteOptions { WeightType = null });
            using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
            _session = new InferenceSession(path, options);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Type, shape and, of 64-bit integers, the values of every output.</summary>
    /// <param name="sizes">What the symbols of the inputs stand for.</param>
    public IReadOnlyList<(ElementType Type, long[] Shape, long[]? Values)> Run(IReadOnlyDictionary<string, long> sizes)
    {
        var inputs = _graph.Inputs.ToDictionary(input => input.Name, input => Fill(input.ElementType!.Value, [.. input.Shape!.Select(dim => dim.Evaluate(sizes)!.Value)]));
        using var run = new RunOptions();
        using var results = _session.Run(run, inputs, [.. _graph.Outputs.Select(output => output.Name)]);
        foreach (var input in inputs.Values) input.Dispose();
        return [.. results.Select(Describe)];
    }

    public void Dispose() => _session.Dispose();

    private static (ElementType Type, long[] Shape, long[]? Values) Describe(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var values = info.ElementDataType == TensorElementType.Int64 ? value.GetTensorDataAsSpan<long>().ToArray() : null;
        return (Types.Single(pair => pair.Value == info.ElementDataType).Key, info.Shape, values);
    }

    private static OrtValue Fill(ElementType type, long[] shape)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, Types[type], shape);
        if (shape.Contains(0)) return value;
        switch (type)
        {
            case ElementType.F32: value.GetTensorMutableDataAsSpan<float>().Fill(0.5f); break;
            case ElementType.F64: value.GetTensorMutableDataAsSpan<double>().Fill(0.5); break;
            case ElementType.Bool: value.GetTensorMutableDataAsSpan<bool>().Fill(true); break;
            default: value.GetTensorMutableRawData().Clear(); break;
        }
        return value;
    }

    private static readonly Dictionary<ElementType, TensorElementType> Types = new()
    {
        [ElementType.F32] = TensorElementType.Float,
        [ElementType.F64] = TensorElementType.Double,
        [ElementType.F16] = TensorElementType.Float16,
        [ElementType.I64] = TensorElementType.Int64,
        [ElementType.I32] = TensorElementType.Int32,
        [ElementType.I16] = TensorElementType.Int16,
        [ElementType.I8] = TensorElementType.Int8,
        [ElementType.U8] = TensorElementType.UInt8,
        [ElementType.U16] = TensorElementType.UInt16,
        [ElementType.U32] = TensorElementType.UInt32,
        [ElementType.U64] = TensorElementType.UInt64,
        [ElementType.Bool] = TensorElementType.Bool,
    };
}
