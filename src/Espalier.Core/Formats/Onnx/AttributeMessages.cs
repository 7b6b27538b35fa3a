using Espalier.Formats.Onnx.Schema;
using Espalier.Graphs;
using Espalier.Tensors;
using Google.Protobuf;
using static Espalier.Formats.Onnx.Schema.AttributeProto.Types;

namespace Espalier.Formats.Onnx;

/// <summary>Attributes and their tensors as messages.</summary>
internal static class AttributeMessages
{
    /// <summary>The message of an attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">One of the types that <see cref="NodeAttributes"/> holds.</param>
    /// <param name="subgraph">Turns a subgraph into its message.</param>
    public static AttributeProto Create(string name, object value, Func<Graph, GraphProto> subgraph)
    {
        var message = new AttributeProto { Name = name };
        switch (value)
        {
            case long integer:
                message.Type = AttributeType.Int;
                message.I = integer;
                break;
            case float number:
                message.Type = AttributeType.Float;
                message.F = number;
                break;
            case string text:
                message.Type = AttributeType.String;
                message.S = ByteString.CopyFromUtf8(text);
                break;
            case long[] integers:
                message.Type = AttributeType.Ints;
                message.Ints.AddRange(integers);
                break;
            case float[] numbers:
                message.Type = AttributeType.Floats;
                message.Floats.AddRange(numbers);
                break;
            case string[] texts:
                message.Type = AttributeType.Strings;
                message.Strings.AddRange(texts.Select(ByteString.CopyFromUtf8));
                break;
            case TensorData tensor:
                message.Type = AttributeType.Tensor;
                message.T = Tensor(tensor, name);
                break;
            case Graph graph:
                message.Type = AttributeType.Graph;
                message.G = subgraph(graph);
                break;
            case UnreadAttribute unread:
                return unread.Message.Clone();
            default:
                throw new InvalidOperationException($"Attributes of type {value.GetType()} are not known.");
        }
        return message;
    }

    /// <summary>A small tensor with its data, in its own type.</summary>
    /// <exception cref="EspalierException">The tensor is too large for a message.</exception>
    public static TensorProto Tensor(TensorData data, string name)
    {
        if (data.ByteLength > 1 << 30)
        {
            throw new EspalierException($"the tensor has {data.ByteLength} bytes; attributes and subgraphs hold tensors of at most 1 GiB",
                $"tensor '{name}'", "Make it a parameter of the main graph");
        }
        var message = new TensorProto { Name = name, DataType = (int)OnnxTypes.ToOnnx(data.ElementType) };
        message.Dims.AddRange(data.Shape.ToArray());
        if (data is StringTensorData text) message.StringData.AddRange(text.Items.Select(ByteString.CopyFrom));
        else message.RawData = UnsafeByteOperations.UnsafeWrap(data.ToBytes());
        return message;
    }
}
