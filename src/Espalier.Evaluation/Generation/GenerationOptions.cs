namespace Espalier.Evaluation;

/// <summary>How to choose tokens, and when to stop.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to generate; at least 1.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>Ids after which generation stops; the id itself is part of the result.</summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>Most tokens of prompt and text together: the model's context length. Null for no limit.</summary>
    public int? MaxContext { get; init; }

    /// <summary>Divides the logits; 0 takes the likeliest token always (greedy), 1 samples as the model predicts.</summary>
    public double Temperature { get; init; }

    /// <summary>Only this many likeliest tokens take part; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>Only the smallest set of likeliest tokens whose probabilities reach this sum takes part, in (0, 1]; applied after <see cref="TopK"/>.</summary>
    public double? TopP { get; init; }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public void Validate()
    {
        if (MaxTokens < 1) throw new UsageException($"{MaxTokens} tokens cannot be generated", "--max-tokens", "Use at least 1");
        if (!(Temperature >= 0) || !double.IsFinite(Temperature)) throw new UsageException($"a temperature of {Temperature} is out of range", "--temperature", "Use 0 for the likeliest token or a value such as 0.7");
        if (TopK < 1) throw new UsageException($"{TopK} likeliest tokens leave no choice", "--top-k", "Use at least 1");
        if (TopP is { } p && !(p > 0 && p <= 1)) throw new UsageException($"a probability of {p} is out of range", "--top-p", "Use a value above 0 and at most 1");
    }
}
