using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>Sizes of a graph before the first of several steps.</summary>
public sealed class PruneBaseline
{
    private readonly Dictionary<string, int[]> _sizes;

    private PruneBaseline(StructureCost cost, Dictionary<string, int[]> sizes)
    {
        (Parameters, Macs, _sizes) = (cost.Parameters, cost.Macs, sizes);
    }

    /// <summary>Parameters of role weight.</summary>
    public long Parameters { get; }

    /// <summary>Multiply-accumulates.</summary>
    public long Macs { get; }

    /// <summary>Measures a graph.</summary>
    /// <param name="map">Its coupled dimensions.</param>
    /// <param name="sizes">Sizes of symbols in shapes.</param>
    public static PruneBaseline Of(CouplingMap map, IReadOnlyDictionary<string, long> sizes) => Of(map, new StructureCost(map, sizes));

    /// <summary>As <see cref="Of(CouplingMap, IReadOnlyDictionary{string, long})"/>, where the dense graph has been counted already.</summary>
    internal static PruneBaseline Of(CouplingMap map, StructureCost cost) =>
        new(cost, map.Groups.GroupBy(Key).ToDictionary(set => set.Key, set => set.Select(group => group.Size).ToArray(), StringComparer.Ordinal));

    /// <summary>For each group of a later graph its size in this one.</summary>
    /// <exception cref="UsageException">A group cannot come from this graph.</exception>
    internal Dictionary<CoupledGroup, int> Sizes(CouplingMap map)
    {
        var sizes = new Dictionary<CoupledGroup, int>();
        foreach (var set in map.Groups.GroupBy(Key))
        {
            var before = _sizes.GetValueOrDefault(set.Key, []);
            var next = 0;
            foreach (var group in set)
            {
                // A group that went down to one unit is none any more: its place is skipped where several look alike.
                while (next < before.Length && before[next] < group.Size) next++;
                if (next == before.Length) throw new UsageException($"the baseline has no group of {group.Size} or more units with these members", group.Name, "Take the baseline from the graph before the first step");
                sizes.Add(group, before[next++]);
            }
        }
        return sizes;
    }

    /// <summary>What a group keeps through cuts: its kind, and the axes that shrink.</summary>
    private static string Key(CoupledGroup group) => $"{group.Kind}\n{string.Join('\n', group.Members)}";
}
