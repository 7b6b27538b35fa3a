namespace Espalier;

/// <summary>A request that cannot be fulfilled as stated: an unknown name, an option out of range, options that contradict each other.</summary>
public sealed class UsageException : EspalierException
{
    /// <summary>Creates an error about an option or argument.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="option">The option or argument concerned, for example <c>--sparsity</c>.</param>
    /// <param name="remedy">What the user can do.</param>
    public UsageException(string problem, string? option = null, string? remedy = null)
        : base(problem, option, remedy)
    {
    }
}
