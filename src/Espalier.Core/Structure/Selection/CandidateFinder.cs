using System.IO.Enumeration;
using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>Sorts groups into those that are ranked, those with a ratio of their own, and those that stay whole.</summary>
internal sealed class CandidateFinder
{
    public CandidateFinder(CouplingMap map, UnitScores scores, SelectionOptions options, PruneBaseline baseline, StructureCost cost)
    {
        foreach (var exception in options.Overrides)
        {
            if (!map.Groups.Any(group => Fits(exception, group)))
                throw new UsageException($"no group has a name like '{exception.Pattern}'", nameof(options.Overrides), $"Groups are {string.Join(", ", map.Groups.Select(group => $"'{group.Name}'").Distinct().Take(10))}{(map.Groups.Count > 10 ? " and others" : "")}");
        }
        var sizes = baseline.Sizes(map);
        foreach (var group in map.Groups)
        {
            var exception = options.Overrides.FirstOrDefault(exception => Fits(exception, group));
            if (!options.Kinds.Contains(group.Kind)) Whole.Add(new WholeGroup(group, $"units of kind {group.Kind} were not asked for"));
            else if (exception is { Ratio: null }) Whole.Add(new WholeGroup(group, $"'{exception.Pattern}' is frozen"));
            else if (scores[group] is not { } own) Whole.Add(new WholeGroup(group, "the criterion has nothing to look at"));
            else
            {
                var candidate = new Candidate(group, own, sizes[group], options, cost);
                if (exception?.Ratio is { } ratio) Fixed.Add((candidate, ratio));
                else Ranked.Add(candidate);
            }
        }
    }

    /// <summary>Groups that compete.</summary>
    public List<Candidate> Ranked { get; } = [];

    /// <summary>Groups with ratios of their own.</summary>
    public List<(Candidate Candidate, double Ratio)> Fixed { get; } = [];

    /// <summary>Groups that stay whole.</summary>
    public List<WholeGroup> Whole { get; } = [];

    private static bool Fits(GroupOverride exception, CoupledGroup group) => FileSystemName.MatchesSimpleExpression(exception.Pattern, group.Name, ignoreCase: false);
}
