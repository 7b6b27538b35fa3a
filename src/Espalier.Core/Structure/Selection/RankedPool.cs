using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>Units that compete, by ascending score; of equal ones the earlier group and the lower index first.</summary>
internal sealed class RankedPool
{
    public RankedPool(IReadOnlyList<Candidate> candidates)
    {
        Candidates = candidates;
        Order = [.. candidates.SelectMany(candidate => candidate.Order.Select(unit => (Candidate: candidate, Unit: unit)))
            .OrderBy(entry => entry.Candidate.Scores[entry.Unit]).ThenBy(entry => entry.Candidate.Group.Index).ThenBy(entry => entry.Unit).Select(entry => entry.Candidate)];
    }

    /// <summary>The groups.</summary>
    public IReadOnlyList<Candidate> Candidates { get; }

    /// <summary>For each unit in the order of the ranking its group; the group knows which of its units is next.</summary>
    public IReadOnlyList<Candidate> Order { get; }

    /// <summary>Pools of a scope.</summary>
    public static IReadOnlyList<RankedPool> Of(CouplingMap map, IReadOnlyList<Candidate> candidates, RankingScope scope)
    {
        if (candidates.Count == 0) return [];
        var readers = new MemberReaders(map.Graph);
        return [.. candidates.GroupBy(candidate => scope switch
        {
            RankingScope.Local => $"{candidate.Group.Index}",
            RankingScope.Global => "",
            _ => Pattern(candidate.Group, readers),
        }).Select(set => new RankedPool([.. set]))];
    }

    private static string Pattern(CoupledGroup group, MemberReaders readers) =>
        $"{group.Kind}\n{string.Join('\n', group.Members.Select(readers.Signature).Order(StringComparer.Ordinal))}";
}
