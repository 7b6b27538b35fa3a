namespace Espalier.Evaluation.Diagnostics;

/// <summary>One line of the machine report.</summary>
/// <param name="Name">What was looked at, for example <c>memory</c>.</param>
/// <param name="Status">What it came to.</param>
/// <param name="Found">What was found, in words and numbers.</param>
/// <param name="Remedy">What the user can do; null when there is nothing to do.</param>
public sealed record MachineCheck(string Name, CheckStatus Status, string Found, string? Remedy = null)
{
    /// <summary>Runs a check; an error in it becomes its result, so that one odd machine part never hides the rest of the report.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "The error is the finding.")]
    internal static MachineCheck Run(string name, Func<string, MachineCheck> check)
    {
        try
        {
            return check(name);
        }
        catch (Exception error)
        {
            return new(name, CheckStatus.Warning, $"could not be determined: {error.Message}", "Report this as a bug, with the lines above and below");
        }
    }
}
