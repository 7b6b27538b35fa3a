using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>Mean |a| of the channels that each consumer reads, summed over the channels of a unit.</summary>
internal sealed class ActivationCriterion(IActivationNorms norms) : UnitCriterion("activation")
{
    internal override IReadOnlyList<double[]> Score(GroupScoring scoring)
    {
        var scores = new List<double[]>();
        foreach (var consumer in scoring.Map.Contractions)
        {
            if (scoring.Map.Terms(consumer.Activation)?[consumer.ActivationAxis] is not { Size.Size: not null } term) continue;
            if (!TermUnifier.Leaves(term).Intersect(scoring.Group.Atoms).Any()) continue;
            scores.Add(Score(scoring.Group, consumer, term));
        }
        return scores;
    }

    private double[] Score(CoupledGroup group, Contraction consumer, DimensionTerm term)
    {
        var means = norms.MeanAbsolute(consumer);
        if (means.Length != term.Size.Size)
            throw new UsageException($"{means.Length} means were given for {term.Size} channels", consumer.Activation.Name, "Give one for each channel of the activation");
        var scores = new double[group.Size];
        var offset = 0;
        foreach (var atom in group.Atoms)
        {
            var units = UnitMap.Of(term, atom);
            for (var i = 0; i < units.Length; i++)
            {
                if (units[i] >= 0) scores[offset + units[i]] += means[i];
            }
            offset += checked((int)atom.Size.Size!.Value);
        }
        return scores;
    }
}
