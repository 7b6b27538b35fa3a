using System.Diagnostics.CodeAnalysis;
using Espalier.Tensors;

namespace Espalier.Formats.Safetensors;

/// <summary>One safetensors file, mapped into memory.</summary>
public sealed class SafetensorsFile : TensorCollection
{
    private readonly MappedFile _file;
    private readonly List<string> _names = [];
    private readonly Dictionary<string, TensorData> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata;

    private SafetensorsFile(MappedFile file)
    {
        _file = file;
        var header = SafetensorsHeader.Read(file);
        _metadata = header.Metadata;
        foreach (var tensor in header.Tensors)
        {
            _names.Add(tensor.Name);
            _tensors.Add(tensor.Name, file.Tensor(tensor.Type, tensor.Shape, header.DataStart + tensor.Begin));
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    public override string Origin => _file.Path;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Opens a file and checks its header completely; data are read when they are touched.</summary>
    /// <exception cref="InvalidFileException">The file breaks the format.</exception>
    /// <exception cref="EspalierException">The file cannot be opened.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new SafetensorsFile(file);
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
