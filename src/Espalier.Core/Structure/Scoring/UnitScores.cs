using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>
/// Scores of units, group by group: S(u) = NORM_group( AGG_member( sum of s(w) over the unit's slices of the member ) ), Structurally Prune
/// Anything (arXiv 2403.18955), step 4. Low scores go first.
/// </summary>
public sealed class UnitScores
{
    private readonly IReadOnlyDictionary<CoupledGroup, double[]> _scores;

    /// <summary>Takes scores that were computed elsewhere.</summary>
    /// <param name="scores">For each group that can be ranked one score a unit.</param>
    /// <exception cref="UsageException">There are too few or too many scores, or one is not finite.</exception>
    public UnitScores(IReadOnlyDictionary<CoupledGroup, double[]> scores)
    {
        foreach (var (group, values) in scores)
        {
            if (values.Length != group.Size) throw new UsageException($"{values.Length} scores were given for {group.Size} units", group.Name);
            if (Array.FindIndex(values, value => !double.IsFinite(value)) is var unit and >= 0)
                throw new UsageException($"the score of unit {unit} is {values[unit]}", group.Name, "Check the weights and gradients for infinities and overflow");
        }
        _scores = scores;
    }

    /// <summary>Scores of a group, one a unit; null if the criterion has nothing to look at in the group.</summary>
    public IReadOnlyList<double>? this[CoupledGroup group] => _scores.GetValueOrDefault(group);

    /// <summary>Scores all groups.</summary>
    /// <param name="map">The coupled dimensions.</param>
    /// <param name="criterion">What makes a unit matter.</param>
    /// <param name="options">Members, aggregation, normalisation.</param>
    public static UnitScores Of(CouplingMap map, UnitCriterion criterion, ScoringOptions? options = null)
    {
        options ??= new();
        var readers = new MemberReaders(map.Graph);
        var scores = new Dictionary<CoupledGroup, double[]>();
        foreach (var group in map.Groups)
        {
            var members = group.Members.OrderBy(member => member.Role != MemberRole.Output)
                .Select(member => new CountedMember(member, readers.Part(member), readers.IsBatchScale(member.Parameter)))
                .Where(counted => (counted.Part & options.Parts) != 0).ToArray();
            var byMember = criterion.Score(new GroupScoring(map, group, members));
            if (byMember.Count == 0) continue;
            scores.Add(group, ScoreReduction.Normalize(ScoreReduction.Aggregate(byMember, options.Aggregation), options.Normalization));
        }
        return new UnitScores(scores);
    }
}
