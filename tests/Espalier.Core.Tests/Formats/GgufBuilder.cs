using System.Text;

namespace Espalier.Core.Tests.Formats;

/// <summary>Writes GGUF files for tests, straight from the description of the format.</summary>
internal sealed class GgufBuilder
{
    private readonly List<Action<BinaryWriter>> _pairs = [];
    private readonly List<(string Name, ulong[] Sizes, uint Type, byte[] Data)> _tensors = [];

    public uint Version { get; init; } = 3;

    public int Alignment { get; init; } = 32;

    public GgufBuilder Add(string key, object value)
    {
        _pairs.Add(writer =>
        {
            WriteString(writer, key);
            writer.Write(TypeOf(value.GetType()));
            WriteValue(writer, value);
        });
        return this;
    }

    /// <summary>Adds a tensor; sizes from the outermost axis, as everywhere but in the file.</summary>
    public GgufBuilder AddTensor(string name, uint type, byte[] data, params long[] sizes)
    {
        _tensors.Add((name, [.. sizes.Reverse().Select(s => (ulong)s)], type, data));
        return this;
    }

    public GgufBuilder AddSingles(string name, float[] values, params long[] sizes) =>
        AddTensor(name, 0, [.. values.SelectMany(BitConverter.GetBytes)], sizes);

    public byte[] Build()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_pairs.Count);
        _pairs.ForEach(write => write(writer));
        var offset = 0L;
        foreach (var (name, sizes, type, data) in _tensors)
        {
            WriteString(writer, name);
            writer.Write((uint)sizes.Length);
            foreach (var size in sizes) writer.Write(size);
            writer.Write(type);
            writer.Write((ulong)offset);
            offset = RoundUp(offset + data.Length);
        }
        foreach (var tensor in _tensors)
        {
            writer.Write(new byte[RoundUp(stream.Position) - stream.Position]);
            writer.Write(tensor.Data);
        }
        return stream.ToArray();
    }

    private long RoundUp(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static uint TypeOf(Type type) => type.IsArray ? 9u : Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => 0u,
        TypeCode.SByte => 1u,
        TypeCode.UInt16 => 2u,
        TypeCode.Int16 => 3u,
        TypeCode.UInt32 => 4u,
        TypeCode.Int32 => 5u,
        TypeCode.Single => 6u,
        TypeCode.Boolean => 7u,
        TypeCode.String => 8u,
        TypeCode.UInt64 => 10u,
        TypeCode.Int64 => 11u,
        TypeCode.Double => 12u,
        _ => throw new NotSupportedException(type.Name),
    };

    private static void WriteValue(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte v: writer.Write(v); break;
            case sbyte v: writer.Write(v); break;
            case ushort v: writer.Write(v); break;
            case short v: writer.Write(v); break;
            case uint v: writer.Write(v); break;
            case int v: writer.Write(v); break;
            case float v: writer.Write(v); break;
            case bool v: writer.Write(v); break;
            case string v: WriteString(writer, v); break;
            case ulong v: writer.Write(v); break;
            case long v: writer.Write(v); break;
            case double v: writer.Write(v); break;
            case Array array:
                writer.Write(TypeOf(array.GetType().GetElementType()!));
                writer.Write((ulong)array.Length);
                foreach (var item in array) WriteValue(writer, item);
                break;
            default: throw new NotSupportedException(value.GetType().Name);
        }
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
