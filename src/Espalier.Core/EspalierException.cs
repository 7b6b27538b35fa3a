namespace Espalier;

/// <summary>
/// An error that a user can act on. The message is one paragraph: what is wrong, where, why, and what to do.
/// </summary>
public class EspalierException : Exception
{
    /// <summary>Creates an error from its parts; parts that are null or empty are left out.</summary>
    /// <param name="problem">What is wrong and why, as a sentence without the final stop.</param>
    /// <param name="where">File, tensor, node, layer or option, for example <c>model.safetensors, tensor 'lm_head.weight'</c>.</param>
    /// <param name="remedy">What the user can do, as a sentence without the final stop.</param>
    /// <param name="inner">The cause, if another exception led here.</param>
    public EspalierException(string problem, string? where = null, string? remedy = null, Exception? inner = null)
        : base(Compose(problem, where, remedy), inner)
    {
        Problem = problem;
        Where = where;
        Remedy = remedy;
    }

    /// <summary>What is wrong and why.</summary>
    public string Problem { get; }

    /// <summary>The file, tensor, node, layer or option concerned, if known.</summary>
    public string? Where { get; }

    /// <summary>What the user can do about it, if anything.</summary>
    public string? Remedy { get; }

    private static string Compose(string problem, string? where, string? remedy)
    {
        var text = string.IsNullOrEmpty(where) ? problem : $"{where}: {problem}";
        if (!EndsSentence(text)) text += ".";
        if (string.IsNullOrEmpty(remedy)) return text;
        return EndsSentence(remedy) ? $"{text} {remedy}" : $"{text} {remedy}.";
    }

    private static bool EndsSentence(string text) => text.Length > 0 && text[^1] is '.' or '?' or '!';
}
