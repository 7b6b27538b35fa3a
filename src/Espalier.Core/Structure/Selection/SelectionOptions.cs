using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>How much goes, and what may go.</summary>
public sealed record SelectionOptions
{
    /// <summary>Share to remove, from 0 to below 1.</summary>
    public required double Ratio { get; init; }

    /// <summary>What it is a share of.</summary>
    public PruneMeasure Measure { get; init; } = PruneMeasure.Parameters;

    /// <summary>Which units compete.</summary>
    public RankingScope Scope { get; init; } = RankingScope.Global;

    /// <summary>Units that every group keeps, at least 1.</summary>
    public int MinimumKept { get; init; } = 1;

    /// <summary>Share of its units that every group keeps, rounded up; the larger of both minimums holds.</summary>
    public double MinimumKeptShare { get; init; } = 0.1;

    /// <summary>
    /// Groups that shrink keep a multiple of this. Where a ranking says otherwise the group keeps its next units too until it has a multiple;
    /// the target is still met, by other groups or by going down to the next multiple.
    /// </summary>
    public int RoundTo { get; init; } = 1;

    /// <summary>Kinds of units that may go.</summary>
    public IReadOnlyCollection<UnitKind> Kinds { get; init; } = [UnitKind.Channel, UnitKind.Head];

    /// <summary>Exceptions by name.</summary>
    public IReadOnlyList<GroupOverride> Overrides { get; init; } = [];

    /// <summary>Sizes of symbols in shapes, as for <see cref="Graphs.CostModel.Measure"/>.</summary>
    public IReadOnlyDictionary<string, long> Sizes { get; init; } = new Dictionary<string, long>();

    /// <summary>The graph that shares refer to, if it is not the one at hand: that before the first step.</summary>
    public PruneBaseline? Baseline { get; init; }

    /// <summary>The step of a schedule; it scales the ratio and those of overrides.</summary>
    public ScheduleStep Step { get; init; } = ScheduleStep.OneShot;

    /// <summary>Refuses what is out of range.</summary>
    internal void Check()
    {
        if (!(Ratio is >= 0 and < 1)) throw new UsageException($"a share of {Ratio} cannot be removed", nameof(Ratio), "Use a number from 0 to below 1");
        if (MinimumKept < 1) throw new UsageException($"groups cannot keep {MinimumKept} units", nameof(MinimumKept), "Use 1 or more");
        if (!(MinimumKeptShare is >= 0 and <= 1)) throw new UsageException($"groups cannot keep a share of {MinimumKeptShare}", nameof(MinimumKeptShare), "Use a number from 0 to 1");
        if (RoundTo < 1) throw new UsageException($"widths cannot be multiples of {RoundTo}", nameof(RoundTo), "Use 1 or more");
        if (Step.Number < 1 || Step.Number > Step.Of) throw new UsageException($"there is no step {Step.Number} of {Step.Of}", nameof(Step));
        foreach (var exception in Overrides)
        {
            if (exception.Ratio is { } ratio && !(ratio is >= 0 and < 1)) throw new UsageException($"a share of {ratio} cannot be removed", exception.Pattern, "Use a number from 0 to below 1");
        }
    }
}
