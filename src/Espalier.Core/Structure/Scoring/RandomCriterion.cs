using Espalier.Data;

namespace Espalier.Structure;

/// <summary>Uniform numbers: what a criterion has to beat. A group's numbers depend on the seed and on its place in the graph only.</summary>
internal sealed class RandomCriterion(long seed) : UnitCriterion("random")
{
    internal override IReadOnlyList<double[]> Score(GroupScoring scoring)
    {
        var random = new SeededRandom(unchecked((seed * 1_000_003) + scoring.Group.Index));
        var scores = new double[scoring.Group.Size];
        for (var i = 0; i < scores.Length; i++) scores[i] = random.NextDouble();
        return [scores];
    }
}
