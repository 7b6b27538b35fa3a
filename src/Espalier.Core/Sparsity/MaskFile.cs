using Espalier.Formats.Safetensors;
using Espalier.Tensors;

namespace Espalier.Sparsity;

/// <summary>
/// Masks beside a model: <c>espalier.masks.safetensors</c> holds, under the name of each pruned parameter, bytes [outputs, ceil(inputs / 8)], least
/// significant bit first, 1 = kept. The file's metadata states the format and the number of inputs of each mask.
/// </summary>
public static class MaskFile
{
    /// <summary>Name of the file in a model's folder.</summary>
    public const string FileName = "espalier.masks.safetensors";

    private const string FormatKey = "format";
    private const string Format = "espalier-masks-1";
    private const string ColumnsPrefix = "columns.";

    /// <summary>A mask as a tensor of packed bits.</summary>
    public static TensorData ToTensor(Mask mask) =>
        ArrayTensorData.FromBytes(ElementType.U8, new TensorShape(mask.Rows, Mask.PackedRowBytes(mask.Columns)), mask.ToBytes());

    /// <summary>A mask from a tensor of packed bits.</summary>
    /// <param name="data">The bits.</param>
    /// <param name="columns">Number of inputs.</param>
    /// <param name="file">File, for messages.</param>
    public static Mask FromTensor(TensorData data, int columns, string file)
    {
        if (data.ElementType != ElementType.U8 || data.Shape.Rank != 2 || data.Shape[1] != Mask.PackedRowBytes(columns))
            throw new InvalidFileException(file, $"a mask of {columns} columns is stored as {data.ElementType} {data.Shape}");
        var bytes = new byte[data.ByteLength];
        data.CopyBytes(0, bytes);
        return Mask.FromBytes(checked((int)data.Shape[0]), columns, bytes);
    }

    /// <summary>Writes masks atomically.</summary>
    public static void Write(string path, IReadOnlyCollection<KeyValuePair<string, Mask>> masks)
    {
        var metadata = new Dictionary<string, string> { [FormatKey] = Format };
        foreach (var (name, mask) in masks) metadata[ColumnsPrefix + name] = mask.Columns.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var tensors = masks.Select(pair => (pair.Key, Data: ToTensor(pair.Value))).ToArray();
        using var writer = new SafetensorsWriter(path, tensors.Select(tensor => new SafetensorsEntry(tensor.Key, tensor.Data.ElementType, tensor.Data.Shape)), metadata);
        foreach (var (name, data) in tensors) writer.Write(name, data);
        writer.Complete();
    }

    /// <summary>Reads masks by parameter name.</summary>
    /// <exception cref="InvalidFileException">The file is damaged or of another format.</exception>
    public static IReadOnlyDictionary<string, Mask> Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault(FormatKey) != Format)
            throw new InvalidFileException(path, $"its metadata does not say '{Format}'", remedy: "Use a masks file that Espalier wrote");
        var masks = new Dictionary<string, Mask>(StringComparer.Ordinal);
        foreach (var name in file.Names)
        {
            if (!int.TryParse(file.Metadata.GetValueOrDefault(ColumnsPrefix + name), out var columns) || columns < 1)
                throw new InvalidFileException(path, "its number of columns is not stated", $"mask '{name}'");
            masks.Add(name, FromTensor(file[name], columns, path));
        }
        return masks;
    }
}
