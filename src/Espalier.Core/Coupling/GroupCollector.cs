using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>Collects the atoms that rules left free into groups, and the frozen ones into a report.</summary>
internal sealed class GroupCollector(CouplingBuilder builder)
{
    private readonly Dictionary<Atom, List<Place>> _places = [];
    private readonly HashSet<Atom> _outer = [];
    private readonly HashSet<(Parameter, int)> _consumed = [.. builder.Contractions.Select(contraction => (contraction.Weight, contraction.WeightAxis))];
    private readonly HashSet<Parameter> _products = [.. builder.Contractions.Select(contraction => contraction.Weight)];

    private readonly HashSet<Atom> _statistics = [.. builder.Statistics.SelectMany(TermUnifier.Leaves)];

    private sealed record Place(Parameter Parameter, int Axis, DimensionTerm Term);

    public (IReadOnlyList<CoupledGroup> Groups, IReadOnlyList<FrozenDimension> Frozen) Collect()
    {
        foreach (var parameter in builder.Graph.Parameters.Values.Where(IsRead)) Register(parameter);
        var free = _places.Keys.Where(atom => atom.Frozen is null && Prunable(atom)).ToArray();
        var kinds = Kinds();
        var sets = Families(free);
        var groups = sets.Select((atoms, i) => Group(i, atoms, kinds)).ToArray();
        var frozen = _places.Where(pair => pair.Key.Frozen is not null && pair.Value.Any(place => place.Parameter.Role == ParameterRole.Weight))
            .Select(pair => new FrozenDimension([.. pair.Value.Select(place => $"{place.Parameter.Name} axis {place.Axis}").Distinct()], pair.Key.Size.Size ?? 0, pair.Key.Frozen!)).ToArray();
        return (groups, frozen);
    }

    /// <summary>Parameters that no node reads, or that only settings are made of, are no part of groups.</summary>
    private bool IsRead(Parameter parameter) => builder.Readers(parameter.Value).Any() && builder.Terms(parameter.Value) is not null;

    private void Register(Parameter parameter)
    {
        var terms = builder.Terms(parameter.Value)!;
        for (var axis = 0; axis < terms.Count; axis++)
        {
            var term = TermUnifier.Resolve(terms[axis]);
            NoteOuter(term);
            foreach (var atom in TermUnifier.Leaves(term))
            {
                if (!_places.TryGetValue(atom, out var places)) _places.Add(atom, places = []);
                places.Add(new Place(parameter, axis, term));
            }
        }
    }

    /// <summary>Notes atoms whose units are blocks of several free indices.</summary>
    private void NoteOuter(DimensionTerm term)
    {
        switch (term)
        {
            case ProductTerm product:
                for (var i = 0; i < product.Factors.Length; i++)
                {
                    NoteOuter(product.Factors[i]);
                    var inner = product.Factors.Skip(i + 1).SelectMany(TermUnifier.Leaves).Any(atom => atom.Frozen is null);
                    if (inner) _outer.UnionWith(TermUnifier.Leaves(product.Factors[i]));
                    // The same atom twice in one product would make units overlap.
                    foreach (var atom in TermUnifier.Leaves(product.Factors[i]).Intersect(product.Factors.Skip(i + 1).SelectMany(TermUnifier.Leaves)))
                        atom.Frozen ??= new FreezeReason("it is multiplied with itself");
                }
                break;
            case SumTerm sum:
                foreach (var segment in sum.Segments) NoteOuter(segment);
                break;
        }
    }

    /// <summary>Only dimensions that weights have are worth removing.</summary>
    private bool Prunable(Atom atom) => atom.Size.Size is > 1 && _places[atom].Any(place => place.Parameter.Role == ParameterRole.Weight);

    private Dictionary<Atom, UnitKind> Kinds()
    {
        var kinds = new Dictionary<Atom, UnitKind>();
        foreach (var (term, kind) in builder.Kinds)
        {
            foreach (var atom in TermUnifier.Leaves(term))
            {
                // A head stays a head, whatever else is said about it.
                if (!kinds.TryGetValue(atom, out var known) || kind == UnitKind.Head || (known == UnitKind.Block && kind == UnitKind.HeadFeature)) kinds[atom] = kind;
            }
        }
        foreach (var atom in _outer) kinds.TryAdd(atom, UnitKind.Block);
        return kinds;
    }

    /// <summary>Parts of what was one dimension, when they go the same way, are one group: the padded segments of a shortcut, for example.</summary>
    private List<List<Atom>> Families(Atom[] free)
    {
        var signatures = free.ToDictionary(atom => atom, atom => string.Join('\n', _places[atom].Select(place => $"{place.Parameter.Name} {place.Axis}").Distinct().Order(StringComparer.Ordinal)));
        var parents = free.ToDictionary(atom => atom, atom => atom);
        Atom Root(Atom atom) => parents[atom] == atom ? atom : parents[atom] = Root(parents[atom]);
        foreach (var siblings in builder.Unifier.Siblings)
        {
            var alike = siblings.Select(TermUnifier.Resolve).OfType<Atom>().Where(signatures.ContainsKey).GroupBy(atom => (signatures[atom], _outer.Contains(atom)));
            foreach (var atoms in alike.Select(same => same.Distinct().ToArray()))
            {
                foreach (var atom in atoms.Skip(1)) parents[Root(atom)] = Root(atoms[0]);
            }
        }
        return [.. free.GroupBy(Root).Select(family => family.ToList())];
    }

    private CoupledGroup Group(int index, List<Atom> atoms, Dictionary<Atom, UnitKind> kinds)
    {
        var members = new List<GroupMember>();
        foreach (var place in _places[atoms[0]].DistinctBy(place => (place.Parameter, place.Axis)))
        {
            var units = Enumerable.Repeat(-1, checked((int)place.Parameter.Shape[place.Axis])).ToArray();
            var offset = 0;
            foreach (var atom in atoms)
            {
                var map = UnitMap.Of(place.Term, atom);
                for (var i = 0; i < map.Length; i++)
                {
                    if (map[i] >= 0) units[i] = offset + map[i];
                }
                offset += checked((int)atom.Size.Size!.Value);
            }
            members.Add(new GroupMember(place.Parameter, place.Axis, Role(place), units));
        }
        return new CoupledGroup(index, kinds.GetValueOrDefault(atoms[0], UnitKind.Channel), atoms, members, !atoms.Any(_statistics.Contains));
    }

    private MemberRole Role(Place place) => _consumed.Contains((place.Parameter, place.Axis)) ? MemberRole.Input
        : _products.Contains(place.Parameter) ? MemberRole.Output : MemberRole.Vector;
}
