using Espalier.Tensors;

namespace Espalier.Formats.Numpy;

/// <summary>One NumPy array in a file of its own (<c>.npy</c>), mapped into memory.</summary>
public sealed class NpyFile : IDisposable
{
    private readonly MappedFile _file;

    private NpyFile(MappedFile file)
    {
        _file = file;
        var header = NpyHeader.Read(file.Slice(0, (int)Math.Min(file.Length, NpyHeader.MaxBytes)), file.Length, file.Path, null);
        Data = Map(file, header, 0);
    }

    /// <summary>The array, row-major also when the file is in Fortran order. Valid until disposal.</summary>
    public TensorData Data { get; }

    /// <summary>Opens a file and checks its header completely; data are read when they are touched.</summary>
    /// <exception cref="InvalidFileException">The file breaks the format, or its elements are none that tensors can have.</exception>
    /// <exception cref="EspalierException">The file cannot be opened.</exception>
    public static NpyFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new NpyFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>The array whose header stands at an offset of a mapped file.</summary>
    internal static TensorData Map(MappedFile file, NpyHeader header, long offset) => InOrder(header, shape => file.Tensor(header.Type, shape, offset + header.DataStart));

    /// <summary>Makes data row-major.</summary>
    /// <param name="header">Tells order and shape.</param>
    /// <param name="create">Creates the data with a row-major shape.</param>
    internal static TensorData InOrder(NpyHeader header, Func<TensorShape, TensorData> create)
    {
        if (!header.IsFortran || header.Shape.Rank < 2) return create(header.Shape);
        var reversed = header.Shape.ToArray();
        Array.Reverse(reversed);
        return new FortranTensorData(create(new TensorShape(reversed)), header.Shape);
    }
}
