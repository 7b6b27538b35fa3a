using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Espalier.Tensors;

namespace Espalier.Formats.Gguf;

/// <summary>
/// One GGUF file (version 2 or 3, little-endian), mapped into memory. Names and row order are those of the file, shapes are row-major
/// (the file lists sizes from the innermost axis). Quantised tensors read as 32-bit floats; see <see cref="GgufCheckpoint"/> for
/// Hugging Face names.
/// </summary>
public sealed class GgufFile : TensorCollection
{
    private readonly MappedFile _file;
    private readonly List<string> _names = [];
    private readonly Dictionary<string, TensorData> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    private GgufFile(MappedFile file)
    {
        _file = file;
        Values = new GgufMetadata(file.Path);
        var header = new GgufHeader(file);
        Version = header.ReadStart();
        header.ReadMetadata(Values);
        foreach (var tensor in header.ReadTensors(Values))
        {
            _names.Add(tensor.Name);
            _tensors.Add(tensor.Name, tensor.Type.Plain is { } plain
                ? file.Tensor(plain, tensor.Shape, tensor.FileOffset)
                : new QuantizedTensorData(file, tensor.Type, tensor.Shape, tensor.FileOffset));
        }
        foreach (var key in Values.Keys)
        {
            if (Values[key] is { } value and not Array) _texts[key] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        }
    }

    /// <summary>Version of the format.</summary>
    public int Version { get; }

    /// <summary>The typed metadata.</summary>
    public GgufMetadata Values { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    public override string Origin => _file.Path;

    /// <summary>The single values of the metadata as text; arrays are in <see cref="Values"/> only.</summary>
    public override IReadOnlyDictionary<string, string> Metadata => _texts;

    /// <summary>Opens a file and checks its header completely; tensors are decoded when they are read.</summary>
    /// <exception cref="InvalidFileException">The file breaks the format, or a tensor is stored in a type that is not read.</exception>
    /// <exception cref="EspalierException">The file cannot be opened.</exception>
    public static GgufFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new GgufFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool TryGet(string name, [NotNullWhen(true)] out TensorData? data) => _tensors.TryGetValue(name, out data);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }
}
