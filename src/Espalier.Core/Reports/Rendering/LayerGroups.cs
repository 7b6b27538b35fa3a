using System.Globalization;

namespace Espalier.Reports.Rendering;

/// <summary>A layer with its place in the model.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Position">Number of its block, or its place in the order of the model where layers have no numbers.</param>
internal readonly record struct PlacedLayer(LayerReport Layer, int Position);

/// <summary>Layers that do the same work in different blocks, for example all <c>q_proj</c>.</summary>
/// <param name="Kind">Short name, unique in the report.</param>
/// <param name="Layers">In the order of the model.</param>
internal sealed record LayerGroup(string Kind, IReadOnlyList<PlacedLayer> Layers)
{
    private const int MostLetters = 26;

    /// <summary>The kind for the margin of a plot; the end of a long name tells more than its start.</summary>
    public string Label => Kind.Length <= MostLetters ? Kind : $"…{Kind[^(MostLetters - 1)..]}";

    public long Weights => Layers.Sum(item => (long)item.Layer.Rows * item.Layer.Columns);

    public double Sparsity => 1 - ((double)Layers.Sum(item => item.Layer.Kept) / Weights);

    public double Zeros => (double)Layers.Sum(item => item.Layer.Zeros) / Weights;
}

/// <summary>
/// Groups layers by name: names that differ only in their numbers are of one kind, and the first number is the block. No table of architectures is needed.
/// Where hardly any layer has a number, the plots run along the order of the model instead.
/// </summary>
internal sealed class LayerGroups
{
    private LayerGroups(IReadOnlyList<LayerGroup> groups, IReadOnlyList<LayerReport> unplaced, bool byBlock)
    {
        Groups = groups;
        Unplaced = unplaced;
        ByBlock = byBlock;
        Last = groups.SelectMany(group => group.Layers).Select(item => item.Position).DefaultIfEmpty(0).Max();
    }

    /// <summary>The kinds, in the order of their first layers.</summary>
    public IReadOnlyList<LayerGroup> Groups { get; }

    /// <summary>Layers outside the blocks, which the plots along blocks cannot show.</summary>
    public IReadOnlyList<LayerReport> Unplaced { get; }

    /// <summary>True if positions are block numbers.</summary>
    public bool ByBlock { get; }

    /// <summary>Largest position.</summary>
    public int Last { get; }

    /// <summary>Title of the axis.</summary>
    public string AxisTitle => ByBlock ? "block" : "layer, in the order of the model";

    public static LayerGroups Of(IReadOnlyList<LayerReport> layers)
    {
        var names = layers.Select(layer => (layer, parts: layer.Name.Split(['.', '/'], StringSplitOptions.RemoveEmptyEntries))).ToList();
        var numbered = names.Count(item => item.parts.Any(IsNumber));
        if (numbered * 2 < layers.Count || layers.Count == 0)
        {
            var all = layers.Select((layer, index) => new PlacedLayer(layer, index)).ToList();
            return new(all.Count == 0 ? [] : [new LayerGroup("all layers", all)], [], byBlock: false);
        }
        var kinds = names.Where(item => item.parts.Any(IsNumber)).GroupBy(item => string.Join('.', item.parts.Select(part => IsNumber(part) ? "*" : part))).ToList();
        var titles = Titles([.. kinds.Select(kind => kind.Key)]);
        var groups = kinds.Select((kind, i) => new LayerGroup(titles[i], [.. kind.Select(item => new PlacedLayer(item.layer, Number(item.parts.First(IsNumber))))]));
        return new([.. groups], [.. names.Where(item => !item.parts.Any(IsNumber)).Select(item => item.layer)], byBlock: true);
    }

    // The shortest ends of the names that tell them apart.
    private static List<string> Titles(List<string> kinds)
    {
        var titles = new List<string>();
        foreach (var kind in kinds)
        {
            var parts = kind.Split('.');
            var take = 1;
            string title;
            do title = string.Join('.', parts[^take..]);
            while (take++ < parts.Length && kinds.Count(other => other == title || other.EndsWith($".{title}", StringComparison.Ordinal)) > 1);
            titles.Add(title);
        }
        return titles;
    }

    private static bool IsNumber(string part) => part.Length is > 0 and <= 5 && part.All(char.IsAsciiDigit);

    private static int Number(string part) => int.Parse(part, CultureInfo.InvariantCulture);
}
