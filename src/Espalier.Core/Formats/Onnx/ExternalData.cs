using System.Globalization;
using Espalier.Formats.Onnx.Schema;
using Espalier.Tensors;

namespace Espalier.Formats.Onnx;

/// <summary>The files beside a model that hold tensors; each is mapped once. No path leads out of the model's folder.</summary>
internal sealed class ExternalData(string modelPath) : IDisposable
{
    private readonly Dictionary<string, MappedFile> _files = new(StringComparer.Ordinal);
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;

    /// <summary>Files opened so far.</summary>
    public IEnumerable<string> Files => _files.Keys;

    /// <summary>The data of a tensor that says it lies in another file.</summary>
    /// <exception cref="InvalidFileException">The file is missing, outside the folder, or too short.</exception>
    public TensorData Read(TensorProto tensor, ElementType type, TensorShape shape, string part)
    {
        var location = Entry(tensor, "location");
        if (string.IsNullOrEmpty(location)) throw new InvalidFileException(modelPath, "external data are declared without a location", part);
        var offset = Number(tensor, "offset", part) ?? 0;
        var bytes = type.ByteCount(shape.ElementCount);
        if (Number(tensor, "length", part) is { } length && length != bytes)
            throw new InvalidFileException(modelPath, $"{type} {shape} takes {bytes} bytes, but {length} are declared in '{location}'", part);
        var file = Open(location, part);
        if (offset < 0 || bytes > file.Length - offset)
            throw new InvalidFileException(file.Path, $"the tensor takes bytes {offset} to {offset + bytes}, but the file has {file.Length}", part);
        return file.Tensor(type, shape, offset);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    private MappedFile Open(string location, string part)
    {
        var path = Path.GetFullPath(location, _folder);
        if (Path.IsPathRooted(location) || !path.StartsWith(_folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) || location.Contains('\0'))
            throw new InvalidFileException(modelPath, $"the external data '{location}' lie outside the model's folder", part, "Put the data beside the model. Files elsewhere are never opened");
        if (_files.TryGetValue(path, out var known)) return known;
        if (!File.Exists(path)) throw new InvalidFileException(modelPath, $"the external data '{location}' are missing", part, "Put the data file beside the model");
        var file = MappedFile.Open(path);
        _files.Add(path, file);
        return file;
    }

    private static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;

    private long? Number(TensorProto tensor, string key, string part)
    {
        if (Entry(tensor, key) is not { } text) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
            : throw new InvalidFileException(modelPath, $"the {key} '{text}' of external data is no number", part);
    }
}
