using Espalier.Graphs;

namespace Espalier.Structure;

/// <summary>Scores of single weights, summed over each unit.</summary>
internal sealed class ElementCriterion<TScore>(string name, Func<Parameter, float[]>? derivative = null) : UnitCriterion(name)
    where TScore : IElementScore
{
    internal override IReadOnlyList<double[]> Score(GroupScoring scoring) =>
        [.. scoring.Members.Select(counted => UnitSums.Of<TScore>(counted.Member, scoring.Group.Size, derivative))];
}
