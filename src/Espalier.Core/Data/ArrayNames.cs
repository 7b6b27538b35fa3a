using Espalier.Formats;
using Espalier.Formats.Numpy;

namespace Espalier.Data;

/// <summary>Finds images and labels among the arrays of an NPZ file by the spellings that are in use.</summary>
internal static class ArrayNames
{
    private static readonly (string Images, string Labels)[] s_whole = [("x", "y"), ("images", "labels"), ("X", "Y"), ("X", "y"), ("x", "labels")];
    private static readonly (string Images, string Labels)[] s_split = [("x_{0}", "y_{0}"), ("{0}_images", "{0}_labels"), ("{0}_x", "{0}_y"), ("X_{0}", "y_{0}")];

    /// <summary>Names of images and labels.</summary>
    /// <returns>The label's name is null when there are none.</returns>
    /// <exception cref="UsageException">There is no array of that name, or none that is looked for.</exception>
    public static (string Images, string? Labels) Find(NpzFile file, ImageRequest request)
    {
        if (request.LabelsName is { } wanted) Require(file, wanted, "the array of labels");
        if (request.ImagesName is { } name)
        {
            Require(file, name, "the array of images");
            return (name, request.LabelsName);
        }
        var spellings = request.Split is { } split ? s_split.Select(pair => (string.Format(null, pair.Images, split), string.Format(null, pair.Labels, split))).ToArray() : s_whole;
        (string Images, string Labels)[] found = [.. spellings.Where(pair => file.Names.Contains(pair.Item1)).OrderByDescending(pair => file.Names.Contains(pair.Item2))];
        if (found.Length > 0) return (found[0].Images, request.LabelsName ?? (file.Names.Contains(found[0].Labels) ? found[0].Labels : null));
        if (request.Split is null && file.Count == 1) return (file.Names[0], request.LabelsName);
        var looked = string.Join(", ", spellings.Select(pair => $"'{pair.Item1}'").Distinct());
        throw new UsageException(file.Count == 0 ? "it holds no arrays" : $"it holds the arrays {List(file)}, but images are looked for as {looked}", request.Path,
            "Name the array of images, or the split if there are several");
    }

    private static void Require(NpzFile file, string name, string what)
    {
        if (file.Names.Contains(name, StringComparer.Ordinal)) return;
        throw new UsageException($"{what} {NearNames.Quote(name)} is not there; there are {List(file)}", file.Origin, NearNames.Suggest(name, file.Names) ?? "Name one of these");
    }

    private static string List(NpzFile file) => string.Join(", ", file.Names.Take(12).Select(NearNames.Quote)) + (file.Count > 12 ? ", ..." : "");
}
