using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Espalier.Core.Tests.Onnx;

/// <summary>A tensor that enters or leaves ONNX Runtime.</summary>
/// <param name="Values">float[], long[] or bool[].</param>
/// <param name="Shape">Row-major shape.</param>
internal sealed record RuntimeTensor(Array Values, params long[] Shape)
{
    public float[] Singles => (float[])Values;

    public static RuntimeTensor From(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        Array values = info.ElementDataType switch
        {
            TensorElementType.Int64 => value.GetTensorDataAsSpan<long>().ToArray(),
            TensorElementType.Bool => value.GetTensorDataAsSpan<bool>().ToArray(),
            _ => value.GetTensorDataAsSpan<float>().ToArray(),
        };
        return new RuntimeTensor(values, info.Shape);
    }

    public OrtValue ToValue() => Values switch
    {
        long[] integers => OrtValue.CreateTensorValueFromMemory(integers, Shape),
        float[] numbers => OrtValue.CreateTensorValueFromMemory(numbers, Shape),
        _ => throw new InvalidOperationException($"Tensors of {Values.GetType()} are not used here."),
    };
}
