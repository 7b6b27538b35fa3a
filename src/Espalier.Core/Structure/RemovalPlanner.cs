using System.IO.Enumeration;
using Espalier.Coupling;
using Espalier.Formats;

namespace Espalier.Structure;

/// <summary>
/// Chooses the units of lowest score until a target is met. The cost is predicted anew for every choice, because two groups that meet in one
/// weight share it.
/// </summary>
public sealed class RemovalPlanner
{
    private readonly StructureCost _cost;
    private readonly RemovalOptions _options;
    private readonly List<(CoupledGroup Group, double[] Scores, int[] Order)> _candidates = [];
    private readonly List<string> _leftWhole = [];

    /// <summary>Prepares a choice.</summary>
    /// <param name="map">The coupled dimensions.</param>
    /// <param name="scores">Scores by group, comparable between groups.</param>
    /// <param name="cost">Predicts what is left.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="UsageException">An option is out of range, or a name matches no group.</exception>
    public RemovalPlanner(CouplingMap map, IReadOnlyDictionary<CoupledGroup, double[]> scores, StructureCost cost, RemovalOptions options)
    {
        if (options.MinimumKeep is not (>= 0 and <= 1)) throw new UsageException($"a group cannot keep a share of {options.MinimumKeep}", "minimum-keep", "Use a number from 0 to 1");
        if (options.RoundTo < 1) throw new UsageException($"widths cannot be multiples of {options.RoundTo}", "round-to", "Use 1 or more");
        foreach (var pattern in options.Exclude.Where(pattern => !map.Groups.Any(group => Matches(pattern, group))))
            throw new UsageException($"no group is called '{pattern}'", "--exclude", NearNames.Suggest(pattern, map.Groups.Select(group => group.Name)) ?? "'espalier inspect' lists the groups");
        _cost = cost;
        _options = options;
        foreach (var group in map.Groups)
        {
            if (!options.Kinds.Contains(group.Kind)) _leftWhole.Add($"{group.Name}: units of this kind ({group.Kind}) were not asked for");
            else if (options.Exclude.Any(pattern => Matches(pattern, group))) _leftWhole.Add($"{group.Name}: excluded");
            else if (!scores.TryGetValue(group, out var own)) _leftWhole.Add($"{group.Name}: the criterion says nothing about it");
            else _candidates.Add((group, own, [.. Enumerable.Range(0, group.Size).OrderBy(unit => own[unit]).ThenBy(unit => unit)]));
        }
    }

    /// <summary>The removal that just meets a target.</summary>
    /// <exception cref="UsageException">The target cannot be reached within the limits; the message says what can.</exception>
    public RemovalPlan Plan(RemovalTarget target)
    {
        target.Validate();
        var steps = Steps();
        var (low, high) = (0, steps.Count);
        if (Removed(steps, high, target.Measure, out var most) is var reachable && reachable < target.Share)
        {
            throw new UsageException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{target.Share:P1} of the {target.Measure.ToString().ToLowerInvariant()} cannot be removed; within the limits {Math.Max(0, reachable):P1} can"),
                $"--{target.Measure.ToString().ToLowerInvariant()}", "Lower the target, set minimum-keep lower, or allow more kinds of units; 'espalier inspect' says what is frozen and why");
        }
        var best = most;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Removed(steps, middle, target.Measure, out var removals) >= target.Share)
            {
                high = middle;
                best = removals;
            }
            else
            {
                low = middle + 1;
            }
        }
        return new RemovalPlan(best, _cost.Dense, _cost.Predict(best), _leftWhole);
    }

    /// <summary>
    /// Removals in the order in which they are made: by score over all groups, or group by group at equal shares. A unit is listed only while
    /// its group may lose another one.
    /// </summary>
    private List<(int Candidate, int Unit)> Steps()
    {
        var steps = new List<(double Key, int Candidate, int Rank, int Unit)>();
        for (var i = 0; i < _candidates.Count; i++)
        {
            var (group, scores, order) = _candidates[i];
            var limit = group.Size - Math.Max(1, (int)Math.Ceiling(_options.MinimumKeep * group.Size));
            for (var rank = 0; rank < limit; rank++)
                steps.Add((_options.Scope == RankingScope.Global ? scores[order[rank]] : (rank + 1.0) / group.Size, i, rank, order[rank]));
        }
        return [.. steps.OrderBy(step => step.Key).ThenBy(step => step.Candidate).ThenBy(step => step.Rank).Select(step => (step.Candidate, step.Unit))];
    }

    private double Removed(List<(int Candidate, int Unit)> steps, int count, RemovalMeasure measure, out Dictionary<CoupledGroup, IReadOnlyCollection<int>> removals)
    {
        removals = [];
        foreach (var chosen in steps.Take(count).GroupBy(step => step.Candidate))
        {
            var group = _candidates[chosen.Key].Group;
            var units = Rounded(group, chosen.Select(step => step.Unit).ToList());
            if (units.Count > 0) removals.Add(group, units);
        }
        if (measure == RemovalMeasure.Channels)
        {
            var all = _candidates.Sum(candidate => (long)candidate.Group.Size);
            return all == 0 ? 0 : removals.Sum(removal => (long)removal.Value.Count) / (double)all;
        }
        var after = _cost.Predict(removals);
        var (before, now) = measure == RemovalMeasure.Macs ? (_cost.Dense.Macs, after.Macs) : (_cost.Dense.Parameters, after.Parameters);
        return before == 0 ? 0 : 1 - (now / (double)before);
    }

    /// <summary>Gives the best of the removed units back until the width is a multiple.</summary>
    private List<int> Rounded(CoupledGroup group, List<int> removed)
    {
        if (_options.RoundTo == 1 || group.Size < _options.RoundTo) return removed;
        var kept = group.Size - removed.Count;
        var wanted = Math.Min(group.Size, (kept + _options.RoundTo - 1) / _options.RoundTo * _options.RoundTo);
        return removed[..(removed.Count - (wanted - kept))];
    }

    private static bool Matches(string pattern, CoupledGroup group) => FileSystemName.MatchesSimpleExpression(pattern, group.Name, ignoreCase: false);
}
