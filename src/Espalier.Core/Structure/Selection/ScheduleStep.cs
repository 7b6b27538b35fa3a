namespace Espalier.Structure;

/// <summary>One step of pruning in several.</summary>
/// <param name="Number">Number of the step, from 1.</param>
/// <param name="Of">Number of steps.</param>
public readonly record struct ScheduleStep(int Number, int Of)
{
    /// <summary>Everything at once.</summary>
    public static ScheduleStep OneShot => new(1, 1);

    /// <summary>The part of a ratio that is due after this step: ratio x number / steps.</summary>
    internal decimal Due(double ratio) => (decimal)ratio * Number / Of;
}
