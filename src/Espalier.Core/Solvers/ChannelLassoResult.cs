namespace Espalier.Solvers;

/// <summary>Which channels stay.</summary>
public sealed record ChannelLassoResult
{
    /// <summary>Kept channels, ascending.</summary>
    public required IReadOnlyList<int> Kept { get; init; }

    /// <summary>beta for all channels at <see cref="Alpha"/>; all ones when every channel stays.</summary>
    public required IReadOnlyList<double> Coefficients { get; init; }

    /// <summary>The alpha of the solution; 0 when every channel stays.</summary>
    public required double Alpha { get; init; }

    /// <summary>Every alpha tried, with the number of coefficients that were not zero.</summary>
    public required IReadOnlyList<(double Alpha, int Count)> Steps { get; init; }

    /// <summary>What was done beside the plain search, or null when an alpha gave a number of channels in the window.</summary>
    public required string? Remark { get; init; }
}
