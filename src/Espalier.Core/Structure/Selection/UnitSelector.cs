using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>
/// Chooses the units to remove: ascending by score until the target is met, with costs recounted after every pick because groups that meet
/// in one weight share it. The same scores and options give the same plan.
/// </summary>
public static class UnitSelector
{
    /// <summary>Makes a plan.</summary>
    /// <param name="map">The coupled dimensions of the graph.</param>
    /// <param name="scores">Scores of its units.</param>
    /// <param name="options">How much, and what.</param>
    /// <exception cref="UsageException">
    /// An option is out of range, a pattern fits no group, a symbol has no size, or the target cannot be reached; then the message says what can.
    /// </exception>
    public static RemovalPlan Select(CouplingMap map, UnitScores scores, SelectionOptions options)
    {
        options.Check();
        var cost = new StructureCost(map, options.Sizes);
        var (parameters, macs) = (cost.Parameters, cost.Macs);
        var baseline = options.Baseline ?? PruneBaseline.Of(map, cost);
        var finder = new CandidateFinder(map, scores, options, baseline, cost);
        foreach (var (candidate, ratio) in finder.Fixed) PickUnits(new RankedPool([candidate]), Due(candidate.Group.Size, options.Step.Left(candidate.Initial, ratio)));
        var pools = RankedPool.Of(map, finder.Ranked, options.Scope);
        if (options.Measure == PruneMeasure.Channels) ByUnits(pools, options);
        else ByCost(pools, options, cost, baseline);
        var all = finder.Ranked.Concat(finder.Fixed.Select(pair => pair.Candidate)).OrderBy(candidate => candidate.Group.Index).ToArray();
        var units = all.Sum(candidate => (long)candidate.Group.Size);
        var groups = all.Where(candidate => candidate.Removed > 0).Select(candidate => new GroupRemoval(candidate.Group, [.. candidate.Order.Take(candidate.Removed).Order()])).ToArray();
        return new RemovalPlan(groups, finder.Whole, new StructureSize(parameters, macs, units), new StructureSize(cost.Parameters, cost.Macs, units - groups.Sum(group => (long)group.Units.Count)));
    }

    /// <summary>Every pool loses its share of units.</summary>
    private static void ByUnits(IReadOnlyList<RankedPool> pools, SelectionOptions options)
    {
        foreach (var pool in pools) PickUnits(pool, Due(pool.Candidates.Sum(candidate => candidate.Group.Size), options.Step.Left(pool.Candidates.Sum(candidate => (long)candidate.Initial), options.Ratio)));
        var initial = pools.Sum(pool => pool.Candidates.Sum(candidate => (long)candidate.Initial));
        var left = pools.Sum(pool => pool.Candidates.Sum(candidate => (long)(candidate.Group.Size - candidate.Removed)));
        // Pools that are too small for their share are made up for by those that round up.
        if (left > Math.Ceiling(options.Step.Left(initial, options.Ratio))) throw Unreachable(initial, left, options);
    }

    private static void PickUnits(RankedPool pool, int count)
    {
        var removed = 0;
        for (var i = 0; i < pool.Order.Count && removed < count; i++) removed += pool.Order[i].Pick();
    }

    /// <summary>Units that must go; what is left is rounded down, as in Torch-Pruning.</summary>
    private static int Due(int current, decimal left) => Math.Max(0, current - (int)Math.Floor(left));

    /// <summary>Pools go down at the same pace, their units by rank, until the whole is small enough.</summary>
    private static void ByCost(IReadOnlyList<RankedPool> pools, SelectionOptions options, StructureCost cost, PruneBaseline baseline)
    {
        long Current() => options.Measure == PruneMeasure.Macs ? cost.Macs : cost.Parameters;
        var initial = options.Measure == PruneMeasure.Macs ? baseline.Macs : baseline.Parameters;
        var limit = options.Step.Left(initial, options.Ratio);
        var picks = pools.Count == 1 ? pools[0].Order : Interleave(pools);
        for (var i = 0; i < picks.Count && Current() > limit; i++) picks[i].Pick();
        if (Current() > limit) throw Unreachable(initial, Current(), options);
    }

    private static IReadOnlyList<Candidate> Interleave(IReadOnlyList<RankedPool> pools)
    {
        var picks = pools.SelectMany((pool, p) => pool.Order.Select((candidate, rank) => (Candidate: candidate, Pace: (rank + 1.0) / pool.Order.Count, Pool: p)));
        return [.. picks.OrderBy(pick => pick.Pace).ThenBy(pick => pick.Pool).Select(pick => pick.Candidate)];
    }

    private static UsageException Unreachable(long initial, long left, SelectionOptions options)
    {
        var (what, wanted) = (options.Measure.ToString().ToLowerInvariant(), 100 - (100 * options.Step.Left(1, options.Ratio)));
        return new UsageException(
            FormattableString.Invariant($"{wanted:0.##} % of {initial} {what} cannot be removed: the groups that may shrink allow {100.0 * (initial - left) / initial:0.##} %, which leaves {left}"),
            nameof(options.Ratio),
            "Lower the share, the minimum of groups or what widths are rounded to, or allow more groups and kinds of units");
    }
}
