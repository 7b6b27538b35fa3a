using Espalier.Coupling;
using Espalier.Graphs;

namespace Espalier.Structure;

/// <summary>
/// Parameters and multiply-accumulates of a graph from which units are removed, without removing them. Parameters are those of role
/// <see cref="ParameterRole.Weight"/>, tied ones once; MACs follow the conventions of <see cref="CostModel"/>, nodes that it cannot count are
/// left out. Removing a unit recounts only the parameters and nodes that its group touches.
/// </summary>
public sealed class StructureCost
{
    private readonly AxisSizes _sizes;
    private readonly MacCounter _counter;
    private readonly Dictionary<CoupledGroup, bool[]> _removed;
    private readonly Dictionary<Atom, List<CostItem>> _items = [];
    private Int128 _parameters;
    private Int128 _macs;

    /// <summary>Counts the whole graph.</summary>
    /// <param name="map">The coupled dimensions of the graph.</param>
    /// <param name="sizes">Sizes of the symbols that the shapes use, as for <see cref="CostModel.Measure"/>.</param>
    /// <exception cref="UsageException">A symbol that is needed has no size.</exception>
    public StructureCost(CouplingMap map, IReadOnlyDictionary<string, long> sizes)
    {
        _sizes = new AxisSizes(map, sizes);
        _counter = new MacCounter(sizes, _sizes.Size);
        _removed = map.Groups.ToDictionary(group => group, group => new bool[group.Size]);
        foreach (var parameter in map.Graph.Parameters.Values.Where(parameter => parameter.Role == ParameterRole.Weight))
            Add(new CostItem(() => Count(parameter), isMacs: false), _sizes.Dimensions(parameter.Value));
        foreach (var node in map.Graph.Nodes)
            Add(new CostItem(() => _counter.Count(node) ?? 0, isMacs: true), node.Inputs.Concat(node.Outputs).OfType<Value>().SelectMany(_sizes.Dimensions).Distinct());
    }

    /// <summary>Number of parameters that are left.</summary>
    public long Parameters => (long)Int128.Min(_parameters, long.MaxValue);

    /// <summary>Multiply-accumulates of one forward pass that are left.</summary>
    public long Macs => (long)Int128.Min(_macs, long.MaxValue);

    /// <summary>True if a unit was removed.</summary>
    public bool IsRemoved(CoupledGroup group, int unit) => _removed[group][unit];

    /// <summary>Removes units of a group; those that are gone already stay so.</summary>
    public void Remove(CoupledGroup group, params ReadOnlySpan<int> units) => Set(group, units, removed: true);

    /// <summary>Gives units of a group back.</summary>
    public void Restore(CoupledGroup group, params ReadOnlySpan<int> units) => Set(group, units, removed: false);

    private void Set(CoupledGroup group, ReadOnlySpan<int> units, bool removed)
    {
        var flags = _removed[group];
        var touched = new HashSet<CostItem>();
        foreach (var unit in units)
        {
            if (flags[unit] == removed) continue;
            flags[unit] = removed;
            var atom = AtomOf(group, unit);
            _sizes.Remove(atom, removed ? 1 : -1);
            if (_items.TryGetValue(atom, out var items)) touched.UnionWith(items);
        }
        foreach (var item in touched) Recount(item);
    }

    private static Atom AtomOf(CoupledGroup group, int unit)
    {
        foreach (var atom in group.Atoms)
        {
            if (unit < atom.Size.Size!.Value) return atom;
            unit -= (int)atom.Size.Size.Value;
        }
        throw new ArgumentOutOfRangeException(nameof(unit), unit, $"The group '{group.Name}' has no such unit.");
    }

    private void Add(CostItem item, IEnumerable<Atom> dimensions)
    {
        Recount(item);
        // What counts for nothing, elementwise work for example, does so at every size.
        if (item.Current == 0) return;
        foreach (var atom in dimensions)
        {
            if (!_items.TryGetValue(atom, out var items)) _items.Add(atom, items = []);
            items.Add(item);
        }
    }

    private void Recount(CostItem item)
    {
        var change = item.Recount();
        if (item.IsMacs) _macs += change;
        else _parameters += change;
    }

    private long Count(Parameter parameter)
    {
        var count = 1L;
        for (var axis = 0; axis < parameter.Shape.Rank; axis++) count = Saturating.Multiply(count, _sizes.Size(parameter.Value, axis) ?? parameter.Shape[axis]);
        return count;
    }
}
