using System.Diagnostics.CodeAnalysis;
using Espalier.Formats.Zip;
using Espalier.Tensors;

namespace Espalier.Formats.Numpy;

/// <summary>
/// The arrays of an NPZ file, by name without <c>.npy</c>. Stored members stay in the mapped file; a compressed one is decompressed whole, and its checksum
/// checked, when it is first read. Members that are no arrays are left out.
/// </summary>
public sealed class NpzFile : TensorCollection
{
    private const string Ending = ".npy";
    private readonly MappedFile _file;
    private readonly List<string> _names = [];
    private readonly Dictionary<string, Lazy<TensorData>> _arrays = new(StringComparer.Ordinal);

    private NpzFile(MappedFile file)
    {
        _file = file;
        foreach (var member in ZipDirectory.Read(file))
        {
            if (!member.Name.EndsWith(Ending, StringComparison.Ordinal)) continue;
            var name = member.Name[..^Ending.Length];
            _names.Add(name);
            _arrays.Add(name, new Lazy<TensorData>(() => Read(member)));
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    public override string Origin => _file.Path;

    /// <summary>Opens a file and checks its directory. The header of an array is checked when the array is asked for, so that one that cannot be read
    /// (texts, Python objects) does not bar the others.</summary>
    /// <exception cref="InvalidFileException">The file is no ZIP archive, or a damaged one.</exception>
    /// <exception cref="EspalierException">The file cannot be opened.</exception>
    public static NpzFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new NpzFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidFileException">The array is damaged, or its elements are none that tensors can have.</exception>
    public override bool TryGet(string name, [NotNullWhen(true)] out TensorData? data)
    {
        data = _arrays.TryGetValue(name, out var array) ? array.Value : null;
        return data is not null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }

    private TensorData Read(ZipMember member)
    {
        var start = member.Locate();
        var header = NpyHeader.Read(member.ReadStart(NpyHeader.MaxBytes), member.Length, member.Archive, $"member {NearNames.Quote(member.Name)}");
        return member.IsStored ? NpyFile.Map(_file, header, start) : NpyFile.InOrder(header, shape => new DeflatedTensorData(member, header.Type, shape, header.DataStart));
    }
}
