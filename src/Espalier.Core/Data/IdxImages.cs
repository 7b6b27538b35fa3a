using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Espalier.Data;

/// <summary>Grey images of an IDX file [images, height, width], with the labels of the IDX file beside it, if there is one. Both are held in memory as bytes.</summary>
internal sealed partial class IdxImages : ImageSet
{
    private readonly string? _labelsPath;
    private readonly byte[] _pixels;

    private IdxImages(string path, string? labelsPath, IdxFile images, int[]? labels)
        : base(path, images.Sizes[0], new ImageShape(1, images.Sizes[1], images.Sizes[2]), labels) => (_labelsPath, _pixels) = (labelsPath, images.Data);

    /// <summary>True when the folder holds an IDX file of images, told by its name.</summary>
    public static bool IsIn(string folder) => Candidates(folder).Length > 0;

    /// <summary>Opens the IDX files of a folder.</summary>
    /// <param name="folder">Folder with files such as <c>train-images-idx3-ubyte.gz</c>.</param>
    /// <param name="split"><c>train</c>, <c>t10k</c> (or <c>test</c>), and the like; may be null if there is one.</param>
    /// <exception cref="EspalierException">Files are missing or damaged, or a split must be chosen.</exception>
    public static IdxImages OpenFolder(string folder, string? split)
    {
        var candidates = Candidates(folder);
        string[] wanted = split is "test" or "t10k" ? ["test", "t10k"] : [split ?? ""];
        var chosen = split is null ? candidates : [.. candidates.Where(file => wanted.Contains(file.Split, StringComparer.OrdinalIgnoreCase))];
        if (chosen.Length == 1) return OpenFile(Path.Combine(folder, chosen[0].Name));
        var names = string.Join(", ", candidates.Select(file => $"'{file.Split}'"));
        throw chosen.Length == 0
            ? new UsageException($"there are no images of the split '{split}'; there are: {names}", folder, "Choose one of these")
            : new UsageException($"there are several files of images, of the splits {names}", folder, $"Choose one with the split, for example '{candidates[0].Split}', or name the file");
    }

    /// <summary>Opens a file of images, and the file of labels beside it.</summary>
    /// <exception cref="EspalierException">A file is damaged, or labels and images do not belong together.</exception>
    public static IdxImages OpenFile(string path)
    {
        var images = IdxFile.Read(path, 3, "images");
        if ((long)images.Sizes[1] * images.Sizes[2] > ImageShape.MaxPixels) throw new InvalidFileException(path, $"its images have {images.Sizes[1]} x {images.Sizes[2]} pixels, too many");
        var name = Path.GetFileName(path);
        var labels = Path.Combine(Path.GetDirectoryName(path) ?? "", name.Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal));
        if (Path.GetFileName(labels) == name || !File.Exists(labels)) return new IdxImages(path, null, images, null);
        return new IdxImages(path, labels, images, [.. IdxFile.Read(labels, 1, "labels").Data.Select(label => (int)label)]);
    }

    /// <inheritdoc/>
    public override void Read(int index, ImageBuffer image) => image.FromInterleaved(Shape, _pixels.AsSpan(checked(index * Shape.Length), Shape.Length));

    /// <inheritdoc/>
    public override string Hash() => _labelsPath is null ? DataFile.Hash(Origin) : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(DataFile.Hash(Origin) + DataFile.Hash(_labelsPath))));

    private static (string Name, string Split)[] Candidates(string folder) => [.. DataFile.List(folder, 0)
        .Select(name => (Name: name, Match: ImagesName().Match(name))).Where(file => file.Match.Success)
        .Select(file => (file.Name, file.Match.Groups[1].Value.TrimEnd('-', '_', '.'))).OrderBy(file => file.Name, StringComparer.Ordinal)];

    [GeneratedRegex(@"^(.*)images[-.]idx3-ubyte(\.gz)?$")]
    private static partial Regex ImagesName();
}
