namespace Espalier.Reports;

/// <summary>Measured latency of one model in one runtime, interleaved with what it is compared to.</summary>
public sealed record LatencyReport
{
    /// <summary>Runtime and version, for example <c>ONNX Runtime 1.31.1</c> or <c>Espalier on libtorch 2.10.0</c>.</summary>
    public required string Runtime { get; init; }

    /// <summary>Model measured: its path.</summary>
    public required string Model { get; init; }

    /// <summary><c>prefill</c> (whole prompt at once) or <c>decode</c> (one token after a filled cache).</summary>
    public required string Phase { get; init; }

    /// <summary>Prompt tokens for prefill, filled cache for decode.</summary>
    public required int Tokens { get; init; }

    /// <summary>Threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Runs counted, after warm-up.</summary>
    public required int Runs { get; init; }

    /// <summary>Median of the runs, in milliseconds.</summary>
    public required double MedianMilliseconds { get; init; }

    /// <summary>First quartile, in milliseconds.</summary>
    public required double LowerQuartile { get; init; }

    /// <summary>Third quartile, in milliseconds.</summary>
    public required double UpperQuartile { get; init; }

    /// <summary>Growth of the resident memory by loading and running, in bytes.</summary>
    public required long ResidentBytes { get; init; }
}
