using Espalier.Tensors;

namespace Espalier.Formats.Safetensors;

/// <summary>
/// A tensor of a safetensors file that is mapped only while it is read: for finished parts of a long run, which must not stay in memory.
/// </summary>
public sealed class ReopenedTensor : TensorData
{
    private readonly string _path;
    private readonly string _name;

    private ReopenedTensor(string path, string name, ElementType type, TensorShape shape)
        : base(type, shape)
    {
        _path = path;
        _name = name;
    }

    /// <inheritdoc/>
    public override string Origin => _path;

    /// <summary>Looks a tensor up; the file must stay where it is as long as the result is used.</summary>
    /// <exception cref="EspalierException">The file is damaged or has no such tensor.</exception>
    public static ReopenedTensor Find(string path, string name)
    {
        using var file = SafetensorsFile.Open(path);
        var data = file[name];
        return new ReopenedTensor(path, name, data.ElementType, data.Shape);
    }

    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination)
    {
        using var file = SafetensorsFile.Open(_path);
        file[_name].CopyBytes(byteOffset, destination);
    }
}
