namespace Espalier.Solvers;

/// <summary>Options of <see cref="ChannelLasso"/>; defaults of the official code of He, Zhang and Sun 2017.</summary>
public sealed record ChannelLassoSettings
{
    /// <summary>How many channels more than asked for may stay: a fraction below 1, an absolute number from 1 on (the code's rank_tol).</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>The alpha that the search starts from. The official code carries it from layer to layer; pass <see cref="ChannelLassoResult.Alpha"/> to do so.</summary>
    public double FirstAlpha { get; init; } = 1e-3;

    /// <summary>Solves at most, after which the largest contributions decide.</summary>
    public int StepLimit { get; init; } = 100;

    /// <summary>The most channels that may stay when <paramref name="kept"/> of <paramref name="channels"/> are asked for.</summary>
    internal int Highest(int kept, int channels) =>
        (int)Math.Min(channels, Math.Floor(Tolerance < 1 ? kept * (1 + Tolerance) : kept + Tolerance));

    internal void Validate(int kept, int channels, string? layer)
    {
        if (kept < 1 || kept > channels)
            throw new UsageException($"{kept} of {channels} channels cannot be kept", layer ?? "kept channels", $"Keep 1 to {channels}");
        if (!(Tolerance >= 0))
            throw new UsageException($"a tolerance of {Tolerance} is impossible", layer ?? "tolerance", "Use a fraction such as 0.1, or a number of channels");
        if (!(FirstAlpha > 0) || !double.IsFinite(FirstAlpha))
            throw new UsageException($"an alpha of {FirstAlpha} is impossible", layer ?? "alpha", "Use a small positive number such as 1e-3");
        if (StepLimit < 1) throw new UsageException($"a limit of {StepLimit} steps is impossible", layer ?? "steps");
    }
}
