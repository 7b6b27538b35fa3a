namespace Espalier.Evaluation.Diagnostics;

/// <summary>What a check came to, from good to bad.</summary>
public enum CheckStatus
{
    /// <summary>Nothing to do.</summary>
    Ok,

    /// <summary>Work is possible, but slower, or for smaller models only.</summary>
    Warning,

    /// <summary>Something that some commands need is absent.</summary>
    Missing,
}
