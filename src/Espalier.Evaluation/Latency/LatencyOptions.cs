namespace Espalier.Evaluation;

/// <summary>What to time, and how often.</summary>
public sealed record LatencyOptions
{
    /// <summary>Tokens of the prompt in prefill; null leaves the phase out.</summary>
    public int? PrefillTokens { get; init; } = 128;

    /// <summary>Positions that the cache holds when one token is decoded; null leaves the phase out.</summary>
    public int? DecodeTokens { get; init; } = 128;

    /// <summary>Runs counted per model and phase.</summary>
    public int Runs { get; init; } = 15;

    /// <summary>Runs before, not counted.</summary>
    public int WarmUp { get; init; } = 3;

    /// <summary>Threads within one operator; operators run one after the other.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Seed of the token ids and cache contents; both do not matter for the time.</summary>
    public int Seed { get; init; }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public void Validate()
    {
        if (PrefillTokens is null && DecodeTokens is null) throw new UsageException("neither prefill nor decode is to be timed", "--tokens", "Time at least one of them");
        if (PrefillTokens < 1) throw new UsageException($"a prompt of {PrefillTokens} tokens cannot be timed", "--tokens", "Use at least 1");
        if (DecodeTokens < 0) throw new UsageException($"a cache of {DecodeTokens} positions cannot be timed", "--tokens", "Use at least 0");
        if (Runs < 1) throw new UsageException($"{Runs} runs give no median", "--runs", "Use at least 1");
        if (WarmUp < 0) throw new UsageException($"{WarmUp} warm-up runs are not possible", "--warm-up", "Use at least 0");
        if (Threads < 1) throw new UsageException($"{Threads} threads cannot compute", "--threads", "Use at least 1");
    }
}
