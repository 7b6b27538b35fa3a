using System.Buffers;
using Espalier.Formats.Onnx.Schema;
using Google.Protobuf;

namespace Espalier.Formats.Onnx;

/// <summary>
/// Parses a model without its large tensors: their raw bytes stay in the mapped file, and the message says where. So a model of a gigabyte
/// opens in the memory of its nodes.
/// </summary>
internal static class ModelSkeleton
{
    private const int SmallestLeft = 256;
    private const int MaxDepth = 96;
    private const int RawData = TensorProto.RawDataFieldNumber;

    private enum Kind
    {
        Other,
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        Function,
    }

    /// <summary>The model of a file.</summary>
    /// <exception cref="InvalidFileException">The file is no protobuf message of this kind.</exception>
    public static ModelProto Parse(MappedFile file)
    {
        if (file.Length == 0) throw new InvalidFileException(file.Path, "the file is empty");
        if (file.Length > int.MaxValue)
            throw new InvalidFileException(file.Path, $"a protobuf message ends at 2 GB, the file has {file.Length} bytes", remedy: "Save the model with external data");
        try
        {
            var output = new ArrayBufferWriter<byte>();
            Copy(file.Slice(0, (int)file.Length), 0, Kind.Model, output, 0);
            return ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(output.WrittenSpan);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidFileException(file.Path, $"this is not an ONNX model, or it is damaged: {e.Message.TrimEnd('.')}", inner: e);
        }
        catch (DamageException e)
        {
            throw new InvalidFileException(file.Path, $"this is not an ONNX model, or it is damaged: {e.Message}", $"byte {e.Position}", inner: e);
        }
    }

    private static Kind KindOf(Kind parent, int field) => (parent, field) switch
    {
        (Kind.Model, ModelProto.GraphFieldNumber) => Kind.Graph,
        (Kind.Model, ModelProto.FunctionsFieldNumber) => Kind.Function,
        (Kind.Graph, GraphProto.NodeFieldNumber) or (Kind.Function, FunctionProto.NodeFieldNumber) => Kind.Node,
        (Kind.Graph, GraphProto.InitializerFieldNumber) => Kind.Tensor,
        (Kind.Node, NodeProto.AttributeFieldNumber) => Kind.Attribute,
        (Kind.Attribute, AttributeProto.TFieldNumber) => Kind.Tensor,
        (Kind.Attribute, AttributeProto.GFieldNumber) => Kind.Graph,
        _ => Kind.Other,
    };

    /// <summary>Copies the fields of a message, leaving large raw tensor data out.</summary>
    private static void Copy(ReadOnlySpan<byte> message, int start, Kind kind, IBufferWriter<byte> output, int depth)
    {
        if (depth > MaxDepth) throw new DamageException("messages are nested too deeply", start);
        for (var at = 0; at < message.Length;)
        {
            var fieldStart = at;
            var tag = Varint(message, ref at, start);
            var field = (int)Math.Min(tag >> 3, int.MaxValue);
            if (field == 0) throw new DamageException("a field has the number 0", start + fieldStart);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at, start);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                case 2:
                    var length = Varint(message, ref at, start);
                    if (length > (ulong)(message.Length - at)) throw new DamageException($"a field of {length} bytes begins {message.Length - at} bytes before the end", start + fieldStart);
                    var content = message.Slice(at, (int)length);
                    var contentStart = start + at;
                    at += content.Length;
                    if (kind == Kind.Tensor && field == RawData && content.Length >= SmallestLeft)
                    {
                        Write(output, TensorProto.LeftOffsetFieldNumber, (ulong)contentStart);
                        Write(output, TensorProto.LeftLengthFieldNumber, length);
                        continue;
                    }
                    if (KindOf(kind, field) is var inner and not Kind.Other)
                    {
                        var part = new ArrayBufferWriter<byte>(Math.Max(16, Math.Min(content.Length, 4096)));
                        Copy(content, contentStart, inner, part, depth + 1);
                        Write(output, tag);
                        Write(output, (ulong)part.WrittenCount);
                        output.Write(part.WrittenSpan);
                        continue;
                    }
                    break;
                default:
                    throw new DamageException($"a field has the unknown wire type {tag & 7}", start + fieldStart);
            }
            if (at > message.Length) throw new DamageException("the message ends inside a field", start + fieldStart);
            // Nobody else may say where data were left.
            if (kind != Kind.Tensor || field is not (TensorProto.LeftOffsetFieldNumber or TensorProto.LeftLengthFieldNumber)) output.Write(message[fieldStart..at]);
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at, int start)
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (at >= message.Length) throw new DamageException("the message ends inside a number", start + at);
            var next = message[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }
        throw new DamageException("a number is longer than ten bytes", start + at);
    }

    private static void Write(IBufferWriter<byte> output, int field, ulong value)
    {
        Write(output, (ulong)field << 3);
        Write(output, value);
    }

    private static void Write(IBufferWriter<byte> output, ulong varint)
    {
        var span = output.GetSpan(10);
        var count = 0;
        for (; varint >= 128; varint >>= 7) span[count++] = (byte)((varint & 127) | 128);
        span[count++] = (byte)varint;
        output.Advance(count);
    }

    private sealed class DamageException(string message, int position) : Exception(message)
    {
        public int Position { get; } = position;
    }
}
