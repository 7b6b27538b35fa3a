namespace Espalier.Coupling;

/// <summary>
/// Everything that shrinks together: removing unit <c>u</c> removes a set of indices from one axis of every member. The coupled channels
/// of Structurally Prune Anything (arXiv 2403.18955), step 3.
/// </summary>
public sealed class CoupledGroup
{
    internal CoupledGroup(int index, UnitKind kind, IReadOnlyList<Atom> atoms, IReadOnlyList<GroupMember> members, bool isExact)
    {
        Index = index;
        Kind = kind;
        Atoms = atoms;
        Members = members;
        IsExact = isExact;
        Size = checked((int)atoms.Sum(atom => atom.Size.Size!.Value));
        Name = NameOf(members);
    }

    /// <summary>Position in the list of groups.</summary>
    public int Index { get; }

    /// <summary>What one unit is.</summary>
    public UnitKind Kind { get; }

    /// <summary>Number of units.</summary>
    public int Size { get; }

    /// <summary>Axes of parameters that shrink with the group.</summary>
    public IReadOnlyList<GroupMember> Members { get; }

    /// <summary>
    /// True if removing units equals setting their consumers to zero. False where a normalisation takes statistics along the group: removing
    /// a unit then changes the others.
    /// </summary>
    public bool IsExact { get; }

    /// <summary>Name for people: the parameter whose rows make the channels, with the number of parameters that are tied to it.</summary>
    public string Name { get; }

    /// <summary>The dimensions whose indices, one after another, are the units.</summary>
    internal IReadOnlyList<Atom> Atoms { get; }

    /// <summary>Kind, name and size.</summary>
    public override string ToString() => $"{Name}: {Size} x {Kind}, {Members.Count} members";

    private static string NameOf(IReadOnlyList<GroupMember> members)
    {
        var first = members.FirstOrDefault(member => member.Role == MemberRole.Output) ?? members[0];
        var name = first.Parameter.Name;
        return name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^7] : name;
    }
}
