namespace Espalier.Data;

/// <summary>
/// Orders the files of an image folder or archive: one folder of images has no labels; a folder per class gives labels in ordinal order of the names, as
/// torchvision's ImageFolder does ("10" before "2"). A common folder above is left out, as is everything hidden.
/// </summary>
internal sealed class ImageTree
{
    private static readonly string[] s_splits = ["train", "training", "test", "testing", "t10k", "val", "valid", "validation", "dev"];

    private ImageTree(string[] paths, int[]? labels, string[]? classNames) => (Paths, Labels, ClassNames) = (paths, labels, classNames);

    /// <summary>Image files in ordinal order, with slashes.</summary>
    public string[] Paths { get; }

    /// <summary>Class of each; null for none.</summary>
    public int[]? Labels { get; }

    /// <summary>Names of the classes; null for none.</summary>
    public string[]? ClassNames { get; }

    /// <summary>Builds the tree.</summary>
    /// <param name="files">Paths of all files relative to the root, with slashes.</param>
    /// <param name="split">Name of the folder to use; null for all.</param>
    /// <param name="origin">The root, for messages.</param>
    /// <exception cref="UsageException">There are no images, or they are not laid out in a way that is known, or a split must be chosen.</exception>
    public static ImageTree Build(IEnumerable<string> files, string? split, string origin)
    {
        var visible = files.Where(path => !path.Split('/').Any(part => part.StartsWith('.') || part == "__MACOSX")).ToArray();
        if (visible.FirstOrDefault(ImageDecoder.IsRefusedName) is { } refused)
            throw new UsageException($"the image '{refused}' is of a kind that is not decoded", origin, "Convert images to PNG or JPEG");
        var paths = visible.Where(ImageDecoder.IsImageName).Order(StringComparer.Ordinal).ToArray();
        if (paths.Length == 0)
            throw new UsageException(visible.Length == 0 ? "there are no files in it" : $"there are no PNG or JPEG files in it; there are {visible.Length} others, '{visible[0]}' for one", origin, DataSource.Supported);
        var folders = paths.Select(path => path.Split('/')[..^1]).ToArray();
        return split is null ? Whole(paths, folders, origin) : Part(paths, folders, split, origin);
    }

    private static ImageTree Whole(string[] paths, string[][] folders, string origin)
    {
        var common = folders.Min(parts => parts.Length);
        for (var i = 0; i < common; i++)
        {
            if (folders.All(parts => parts[i] == folders[0][i])) continue;
            common = i;
        }
        var names = folders.Where(parts => parts.Length > common).Select(parts => parts[common]).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (names.Length > 0 && names.All(name => s_splits.Contains(name, StringComparer.OrdinalIgnoreCase)))
            throw new UsageException($"it has several parts: {Quote(names)}", origin, $"Choose one with the split, for example '{names[0]}'");
        return Label(paths, folders, _ => common, names, origin);
    }

    private static ImageTree Part(string[] paths, string[][] folders, string split, string origin)
    {
        int At(string[] parts) => Array.FindIndex(parts, part => part.Equals(split, StringComparison.OrdinalIgnoreCase));
        var chosen = Enumerable.Range(0, paths.Length).Where(i => At(folders[i]) >= 0).ToArray();
        if (chosen.Length == 0)
        {
            var tops = folders.SelectMany(parts => parts.Take(2)).Distinct().Order(StringComparer.Ordinal).ToArray();
            throw new UsageException($"no folder is called '{split}'; " + (tops.Length == 0 ? "there are no folders" : $"there are {Quote(tops)}"), origin, "Leave the split out, or name a folder");
        }
        // Classes of all parts count, so that a part that lacks one gives the others the same labels.
        var level = At(folders[chosen[0]]) + 1;
        var names = folders.Where(parts => parts.Length > level).Select(parts => parts[level]).Distinct().Order(StringComparer.Ordinal).ToArray();
        return Label([.. chosen.Select(i => paths[i])], [.. chosen.Select(i => folders[i])], parts => At(parts) + 1, names, origin);
    }

    private static ImageTree Label(string[] paths, string[][] folders, Func<string[], int> rootOf, string[] names, string origin)
    {
        var depths = folders.Select(parts => parts.Length - rootOf(parts)).ToArray();
        if (depths.All(depth => depth == 0)) return new ImageTree(paths, null, null);
        if (depths.All(depth => depth == 1)) return new ImageTree(paths, [.. folders.Select(parts => Array.BinarySearch(names, parts[^1], StringComparer.Ordinal))], names);
        var other = Math.Max(Array.FindIndex(depths, depth => depth != depths[0]), 0);
        throw new UsageException(other > 0 ? $"'{paths[0]}' and '{paths[other]}' lie at different depths" : $"'{paths[0]}' lies {depths[0]} folders deep", origin,
            "Put all images into one folder, or into one folder per class");
    }

    private static string Quote(string[] names) => string.Join(", ", names.Take(12).Select(name => $"'{name}'")) + (names.Length > 12 ? ", ..." : "");
}
