using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Espalier.Formats;
using Espalier.Formats.Zip;

namespace Espalier.Data;

/// <summary>PNG and JPEG files of a folder or a ZIP archive. Each is decoded when it is read; they may differ in size and channels.</summary>
internal sealed class FileImages : ImageSet
{
    private const int DeepestFolder = 5; // deeper than any layout that is known
    private readonly string[] _paths;
    private readonly Func<string, byte[]> _read;
    private readonly MappedFile? _archive;

    private FileImages(string origin, ImageTree tree, Func<string, byte[]> read, MappedFile? archive)
        : base(origin, tree.Paths.Length, ImageDecoder.ReadShape(read(tree.Paths[0]), origin, $"'{tree.Paths[0]}'"), tree.Labels, tree.ClassNames) =>
        (_paths, _read, _archive) = (tree.Paths, read, archive);

    /// <inheritdoc/>
    public override bool IsUniform => false;

    /// <summary>Opens a folder.</summary>
    /// <exception cref="EspalierException">It holds no images, or is not laid out in a way that is known.</exception>
    public static FileImages OpenFolder(string folder, string? split) =>
        new(folder, ImageTree.Build(DataFile.List(folder, DeepestFolder), split, folder), path => ReadFile(folder, path), null);

    /// <summary>Opens an archive.</summary>
    /// <exception cref="EspalierException">It is damaged, holds no images, or is not laid out in a way that is known.</exception>
    public static FileImages OpenZip(string path, string? split)
    {
        var archive = MappedFile.Open(path);
        try
        {
            var members = ZipDirectory.Read(archive).ToDictionary(member => member.Name, StringComparer.Ordinal);
            return new FileImages(path, ImageTree.Build(members.Keys, split, path), name => members[name].ReadAll(ImageDecoder.MaxFileBytes), archive);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string NameOf(int index) => $"'{_paths[index]}'";

    /// <inheritdoc/>
    public override void Read(int index, ImageBuffer image) => ImageDecoder.Decode(_read(_paths[index]), image, Origin, NameOf(index));

    /// <inheritdoc/>
    public override string Hash()
    {
        if (_archive is not null) return DataFile.Hash(Origin);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = new byte[8];
        foreach (var path in _paths)
        {
            // Name and length go in too, so that files cannot run into each other.
            var bytes = _read(path);
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
            hash.AppendData(Encoding.UTF8.GetBytes(path + "\n"));
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _archive?.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] ReadFile(string folder, string path)
    {
        using var stream = DataFile.Open(Path.Combine(folder, path));
        if (stream.Length > ImageDecoder.MaxFileBytes)
            throw new InvalidFileException(folder, $"it has {stream.Length} bytes, more than the {ImageDecoder.MaxFileBytes} that are read", $"'{path}'", "Remove it from the data");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
