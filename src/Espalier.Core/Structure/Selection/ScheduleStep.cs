namespace Espalier.Structure;

/// <summary>One step of pruning in several.</summary>
/// <param name="Number">Number of the step, from 1.</param>
/// <param name="Of">Number of steps.</param>
public readonly record struct ScheduleStep(int Number, int Of)
{
    /// <summary>Everything at once.</summary>
    public static ScheduleStep OneShot => new(1, 1);

    /// <summary>
    /// What a ratio leaves of a number after this step: n (1 - ratio x number / steps). In decimals and with one division at the end, so that what
    /// is a whole number stays one: in binary 0.7 of 10 would be below 7.
    /// </summary>
    internal decimal Left(long initial, double ratio) => initial * (Of - ((decimal)ratio * Number)) / Of;
}
