namespace Espalier.Structure;

/// <summary>
/// Schedules of pruning. Between steps the caller may train, and takes scores anew; shares always refer to the graph before the first step
/// (<see cref="SelectionOptions.Baseline"/>).
/// </summary>
public static class PruneSchedule
{
    /// <summary>One step.</summary>
    public static IReadOnlyList<ScheduleStep> OneShot { get; } = [ScheduleStep.OneShot];

    /// <summary>Steps of equal shares, as Torch-Pruning has them: after step i the ratio i / steps of the target is gone.</summary>
    /// <param name="steps">Number of steps, at least 1.</param>
    /// <exception cref="UsageException">There is no step.</exception>
    public static IReadOnlyList<ScheduleStep> Linear(int steps)
    {
        if (steps < 1) throw new UsageException($"{steps} steps prune nothing", nameof(steps), "Use 1 or more");
        return [.. Enumerable.Range(1, steps).Select(number => new ScheduleStep(number, steps))];
    }
}
