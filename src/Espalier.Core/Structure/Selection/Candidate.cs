using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>
/// A group that may shrink. Units are picked by ascending score and go when the group reaches a width that is allowed: a multiple of what
/// widths are rounded to, and not below the minimum.
/// </summary>
internal sealed class Candidate
{
    private readonly StructureCost _cost;
    private readonly int _minimum;
    private readonly int _roundTo;
    private int _picked;

    public Candidate(CoupledGroup group, IReadOnlyList<double> scores, int initial, SelectionOptions options, StructureCost cost)
    {
        (Group, Scores, Initial, _cost, _roundTo) = (group, scores, initial, cost, options.RoundTo);
        Order = [.. Enumerable.Range(0, group.Size).OrderBy(unit => scores[unit])];
        _minimum = Math.Max(options.MinimumKept, (int)Math.Ceiling((decimal)options.MinimumKeptShare * initial));
        Next = NextStop();
    }

    /// <summary>The group.</summary>
    public CoupledGroup Group { get; }

    /// <summary>Scores by unit.</summary>
    public IReadOnlyList<double> Scores { get; }

    /// <summary>Number of units before the first step.</summary>
    public int Initial { get; }

    /// <summary>Units by ascending score, of equal ones the lower index first.</summary>
    public int[] Order { get; }

    /// <summary>Number of units that are gone.</summary>
    public int Removed { get; private set; }

    /// <summary>The number of removed units that is allowed next; null if the group may not shrink further.</summary>
    public int? Next { get; private set; }

    /// <summary>Picks the next unit. Returns the number of units that went: several where widths are rounded, 0 while the group waits.</summary>
    public int Pick()
    {
        if (Next is not { } stop || ++_picked < stop) return 0;
        var gone = stop - Removed;
        _cost.Remove(Group, Order.AsSpan(Removed, gone));
        Removed = stop;
        Next = NextStop();
        return gone;
    }

    private int? NextStop()
    {
        for (var removed = Removed + 1; Group.Size - removed >= _minimum; removed++)
        {
            if ((Group.Size - removed) % _roundTo == 0) return removed;
        }
        return null;
    }
}
