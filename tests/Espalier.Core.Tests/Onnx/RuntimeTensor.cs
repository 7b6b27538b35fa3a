using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Espalier.Core.Tests.Onnx;

/// <summary>A tensor that enters or leaves ONNX Runtime.</summary>
/// <param name="Values">float[] or long[].</param>
/// <param name="Shape">Row-major shape.</param>
internal sealed record RuntimeTensor(Array Values, params long[] Shape)
{
    public float[] Singles => (float[])Values;

    public static RuntimeTensor From(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        return new RuntimeTensor(info.ElementDataType == TensorElementType.Int64 ? value.GetTensorDataAsSpan<long>().ToArray() : value.GetTensorDataAsSpan<float>().ToArray(), info.Shape);
    }

    public OrtValue ToValue() => Values switch
    {
        long[] integers => OrtValue.CreateTensorValueFromMemory(integers, Shape),
        float[] numbers => OrtValue.CreateTensorValueFromMemory(numbers, Shape),
        _ => throw new InvalidOperationException($"Tensors of {Values.GetType()} are not used here."),
    };
}
