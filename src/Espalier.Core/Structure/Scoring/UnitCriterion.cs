namespace Espalier.Structure;

/// <summary>
/// Says for each unit of a coupled group how much it matters, member by member. High scores stay. Made by <see cref="UnitCriteria"/>.
/// </summary>
public abstract class UnitCriterion
{
    private protected UnitCriterion(string name) => Name = name;

    /// <summary>Name for reports, for example <c>l2</c>.</summary>
    public string Name { get; }

    /// <summary>Name.</summary>
    public override string ToString() => Name;

    /// <summary>For each member that the criterion can judge one score a unit.</summary>
    internal abstract IReadOnlyList<double[]> Score(GroupScoring scoring);
}
