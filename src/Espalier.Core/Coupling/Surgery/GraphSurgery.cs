using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Coupling.Surgery;

/// <summary>
/// Removes units of coupled groups from a graph: the only code that changes shapes. Every member axis is selected, attributes and shape
/// constants are rewritten, and the shapes of the result are inferred anew and held to the prediction.
/// </summary>
public static class GraphSurgery
{
    /// <summary>Cuts a graph.</summary>
    /// <param name="map">The coupled dimensions of the graph.</param>
    /// <param name="removals">For groups that shrink the units to remove, each in 0 .. Size - 1.</param>
    /// <returns>The smaller graph; the original one is untouched.</returns>
    /// <exception cref="UsageException">A unit does not exist, or a group would lose all of its units.</exception>
    /// <exception cref="EspalierException">A node cannot follow the cut; it is named with the sizes.</exception>
    public static SurgeryResult Cut(CouplingMap map, IReadOnlyDictionary<CoupledGroup, IReadOnlyCollection<int>> removals)
    {
        var sizes = new CutSizes(map, Removed(removals));
        var kept = new Dictionary<string, IReadOnlyList<int[]?>>(StringComparer.Ordinal);
        var copy = new GraphCopy(map.Graph, parameter =>
        {
            if (sizes.Kept(parameter.Value) is not { } lists) return parameter.Data;
            kept[parameter.Name] = lists;
            return new SelectedTensorData(parameter.Data, lists);
        }, value => value.Shape is null ? null : sizes.Shape(value));
        foreach (var node in map.Graph.Nodes) new NodeCut(copy, sizes, node).Apply();
        copy.Finish();
        Check(map, sizes, copy);
        return new SurgeryResult(GraphCopy.WithoutDeadNodes(copy.Target), kept);
    }

    private static Dictionary<Atom, bool[]> Removed(IReadOnlyDictionary<CoupledGroup, IReadOnlyCollection<int>> removals)
    {
        var removed = new Dictionary<Atom, bool[]>();
        foreach (var (group, units) in removals)
        {
            if (units.Count == 0) continue;
            var flags = new bool[group.Size];
            foreach (var unit in units)
            {
                if (unit < 0 || unit >= group.Size) throw new UsageException($"the group '{group.Name}' has no unit {unit}", nameof(removals), $"Its units are 0 to {group.Size - 1}");
                flags[unit] = true;
            }
            if (flags.All(flag => flag)) throw new UsageException($"the group '{group.Name}' would lose all of its {group.Size} units", nameof(removals), "Keep at least one");
            var offset = 0;
            foreach (var atom in group.Atoms)
            {
                var size = checked((int)atom.Size.Size!.Value);
                removed.Add(atom, flags[offset..(offset + size)]);
                offset += size;
            }
        }
        return removed;
    }

    /// <summary>Inferred shapes must be those that the terms predict, and nothing may contradict itself.</summary>
    private static void Check(CouplingMap map, CutSizes sizes, GraphCopy copy)
    {
        foreach (var node in map.Graph.Nodes)
        {
            foreach (var output in node.Outputs)
            {
                if (output?.Shape is not { } || map.Terms(output) is null || copy.Map(output).Shape is not { } shape) continue;
                var expected = sizes.Shape(output);
                for (var axis = 0; axis < shape.Count; axis++)
                {
                    if (shape[axis].Size is { } actual && expected[axis].Size is { } wanted && actual != wanted)
                        throw new EspalierException($"the cut graph computes {shape[axis]} entries along axis {axis} of '{output.Name}', expected {wanted}", node.ToString(), "Freeze the groups that meet there, and report the model's structure");
                }
            }
        }
        copy.Target.RequireConsistentShapes();
    }
}
