namespace Espalier.Structure;

/// <summary>What the share to remove is a share of.</summary>
public enum RemovalMeasure
{
    /// <summary>Multiply-accumulates of a forward pass.</summary>
    Macs,

    /// <summary>Learned parameters.</summary>
    Parameters,

    /// <summary>Units of every group.</summary>
    Channels,
}

/// <summary>How much to remove.</summary>
/// <param name="Measure">Of what.</param>
/// <param name="Share">The share to remove, in (0, 1).</param>
public sealed record RemovalTarget(RemovalMeasure Measure, double Share)
{
    /// <summary>Refuses shares out of range.</summary>
    public void Validate()
    {
        if (Share is not (> 0 and < 1)) throw new UsageException($"a share of {Share} cannot be removed", $"--{Measure.ToString().ToLowerInvariant()}", "Use a number between 0 and 1, for example 0.5");
    }
}
