namespace Espalier.Reports;

/// <summary>A perplexity with its protocol.</summary>
public sealed record PerplexityReport
{
    /// <summary>exp of the mean next-token loss over all windows.</summary>
    public required double Perplexity { get; init; }

    /// <summary>Mean next-token loss, in nats.</summary>
    public required double MeanLoss { get; init; }

    /// <summary>Tokens per window.</summary>
    public required int Window { get; init; }

    /// <summary>Tokens between the starts of windows; equal to the window: they do not overlap, and the tail is dropped.</summary>
    public required int Stride { get; init; }

    /// <summary>Windows counted.</summary>
    public required int Windows { get; init; }

    /// <summary>Predicted tokens: windows times (window - 1).</summary>
    public required long Tokens { get; init; }

    /// <summary>Sum of the losses of each window, in nats.</summary>
    public required IReadOnlyList<double> WindowLosses { get; init; }

    /// <summary>Arithmetic of the forward pass, for example <c>f32 on cpu, 2 threads</c>.</summary>
    public required string Arithmetic { get; init; }

    /// <summary>The data.</summary>
    public required DataProtocol Data { get; init; }
}
