using System.Text.Json;
using Espalier.Tensors;

namespace Espalier.Formats.Safetensors;

/// <summary>One checked tensor entry of a header; offsets count from the start of the data.</summary>
internal sealed class SafetensorsTensor
{
    private const int MaxRank = 64;

    private SafetensorsTensor(string name, ElementType type, TensorShape shape, long begin, long end) =>
        (Name, Type, Shape, Begin, End) = (name, type, shape, begin, end);

    public string Name { get; }

    public ElementType Type { get; }

    public TensorShape Shape { get; }

    public long Begin { get; }

    public long End { get; }

    /// <summary>Reads an entry; the reader stands on its opening brace and ends on the closing one.</summary>
    public static SafetensorsTensor Read(ref Utf8JsonReader reader, string name, string path)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            switch (key)
            {
                case "dtype" when type is null && reader.TokenType == JsonTokenType.String: type = reader.GetString(); break;
                case "shape" when shape is null: shape = ReadSizes(ref reader, name, path, key); break;
                case "data_offsets" when offsets is null: offsets = ReadSizes(ref reader, name, path, key); break;
                case "dtype" or "shape" or "data_offsets": throw Fault(path, name, $"'{key}' is malformed or occurs twice");
                default: reader.Skip(); break;
            }
        }
        if (type is null || shape is null || offsets is null) throw Fault(path, name, "one of dtype, shape and data_offsets is missing");
        if (!SafetensorsTypes.TryParse(type, out var elementType))
        {
            throw new InvalidFileException(path, $"elements of type {NearNames.Quote(type)} are not read", $"tensor {NearNames.Quote(name)}",
                "Convert the tensor to F32, F16, BF16 or an integer type with the program that wrote it");
        }
        return Check(name, elementType, shape, offsets, path);
    }

    private static SafetensorsTensor Check(string name, ElementType type, List<long> shape, List<long> offsets, string path)
    {
        if (offsets.Count != 2 || offsets[0] > offsets[1]) throw Fault(path, name, "data_offsets is not a pair of ascending offsets");
        TensorShape tensorShape;
        long bytes;
        try
        {
            tensorShape = new TensorShape([.. shape]);
            bytes = checked(tensorShape.ElementCount * type.Size());
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw Fault(path, name, "the size of its shape overflows");
        }
        if (offsets[1] - offsets[0] != bytes)
            throw Fault(path, name, $"{type} {tensorShape} needs {bytes} bytes but data_offsets span {offsets[1] - offsets[0]}");
        return new SafetensorsTensor(name, type, tensorShape, offsets[0], offsets[1]);
    }

    private static List<long> ReadSizes(ref Utf8JsonReader reader, string name, string path, string key)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Fault(path, name, $"'{key}' is not an array");
        var sizes = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var size) || size < 0)
                throw Fault(path, name, $"'{key}' holds something other than a non-negative 64-bit integer");
            if (sizes.Count == MaxRank) throw Fault(path, name, $"'{key}' has more than {MaxRank} numbers");
            sizes.Add(size);
        }
        return sizes;
    }

    private static InvalidFileException Fault(string path, string name, string problem) => new(path, problem, $"tensor {NearNames.Quote(name)}");
}
