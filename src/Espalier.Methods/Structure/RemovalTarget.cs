using Espalier.Structure;

namespace Espalier.Methods.Structure;

/// <summary>How much to remove.</summary>
/// <param name="Measure">Of what.</param>
/// <param name="Share">The share to remove, in (0, 1).</param>
public sealed record RemovalTarget(PruneMeasure Measure, double Share)
{
    /// <summary>Refuses shares out of range.</summary>
    /// <exception cref="UsageException">The share is 0 or less, or 1 or more.</exception>
    public void Validate()
    {
        if (Share is not (> 0 and < 1)) throw new UsageException($"a share of {Share} cannot be removed", Option, "Use a number between 0 and 1, for example 0.5");
    }

    /// <summary>The option that states it.</summary>
    public string Option => Measure switch
    {
        PruneMeasure.Macs => "--macs",
        PruneMeasure.Parameters => "--params",
        _ => "--channels",
    };
}
