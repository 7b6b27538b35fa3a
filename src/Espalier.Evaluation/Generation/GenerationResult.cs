namespace Espalier.Evaluation;

/// <summary>Why generation ended.</summary>
public enum StopReason
{
    /// <summary>One of the stop ids was generated.</summary>
    StopId,

    /// <summary>As many tokens as asked for were generated.</summary>
    MaxTokens,

    /// <summary>The model's context is full.</summary>
    ContextFull,
}

/// <summary>A generated text and how fast it came.</summary>
public sealed record GenerationResult
{
    /// <summary>Generated ids, without the prompt; a stop id is included.</summary>
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>Why generation ended.</summary>
    public required StopReason Reason { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Seconds for the prompt, the first token included; loading of weights is not.</summary>
    public required double PrefillSeconds { get; init; }

    /// <summary>Seconds for all tokens after the first.</summary>
    public required double DecodeSeconds { get; init; }

    /// <summary>Prompt tokens per second.</summary>
    public double PrefillTokensPerSecond => PromptTokens / PrefillSeconds;

    /// <summary>Generated tokens per second after the first; null if there is only one.</summary>
    public double? DecodeTokensPerSecond => Ids.Count > 1 ? (Ids.Count - 1) / DecodeSeconds : null;
}
