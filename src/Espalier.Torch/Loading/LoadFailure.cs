namespace Espalier.Torch.Loading;

/// <summary>Why libtorch could not be loaded; kept so that every later use can say it again.</summary>
internal sealed record LoadFailure(string Problem, string? Where, string Remedy, Exception? Cause = null)
{
    /// <summary>A new exception with this content.</summary>
    public EspalierException ToException() => new(Problem, Where, Remedy, Cause);
}
