using System.Text;
using Espalier.Formats.Onnx.Schema;
using Espalier.Graphs;
using static Espalier.Formats.Onnx.Schema.AttributeProto.Types;

namespace Espalier.Formats.Onnx;

/// <summary>Turns attribute messages into the attributes of a node.</summary>
internal static class AttributeReader
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Adds one attribute.</summary>
    /// <param name="attributes">Receives it.</param>
    /// <param name="message">The message.</param>
    /// <param name="tensors">Reads tensors.</param>
    /// <param name="body">Reads bodies of control flow.</param>
    /// <param name="part">Where it stands, for messages.</param>
    public static void Add(NodeAttributes attributes, AttributeProto message, TensorReader tensors, Func<GraphProto, Graph> body, string part)
    {
        var name = message.Name;
        switch (Type(message))
        {
            case AttributeType.Int:
                attributes.Add(name, message.I);
                break;
            case AttributeType.Float:
                attributes.Add(name, message.F);
                break;
            case AttributeType.String when Text(message.S) is { } text:
                attributes.Add(name, text);
                break;
            case AttributeType.Ints:
                attributes.Add(name, message.Ints.ToArray());
                break;
            case AttributeType.Floats:
                attributes.Add(name, message.Floats.ToArray());
                break;
            case AttributeType.Strings when message.Strings.Select(Text).ToArray() is var texts && !texts.Contains(null):
                attributes.Add(name, texts!);
                break;
            case AttributeType.Tensor:
                attributes.Add(name, tensors.Read(message.T ?? new TensorProto(), $"{part}, attribute '{name}'"));
                break;
            case AttributeType.Graph:
                attributes.Add(name, body(message.G ?? new GraphProto()));
                break;
            default:
                attributes.AddOpaque(name, new UnreadAttribute(message));
                break;
        }
    }

    /// <summary>Old files leave the type out: then the field that is there says it.</summary>
    private static AttributeType Type(AttributeProto message)
    {
        if (message.Type != AttributeType.Undefined) return message.Type;
        if (message.HasI) return AttributeType.Int;
        if (message.HasF) return AttributeType.Float;
        if (message.HasS) return AttributeType.String;
        if (message.T is not null) return AttributeType.Tensor;
        if (message.G is not null) return AttributeType.Graph;
        if (message.Floats.Count > 0) return AttributeType.Floats;
        return message.Strings.Count > 0 ? AttributeType.Strings : AttributeType.Ints;
    }

    private static string? Text(Google.Protobuf.ByteString bytes)
    {
        try
        {
            return Strict.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
