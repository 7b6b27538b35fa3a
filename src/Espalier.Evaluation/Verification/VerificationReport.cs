namespace Espalier.Evaluation;

/// <summary>What a model was checked for, and what was found.</summary>
/// <param name="Model">The model's path.</param>
/// <param name="Checks">The checks in order. Checks that need what an earlier one found missing are left out.</param>
public sealed record VerificationReport(string Model, IReadOnlyList<VerificationCheck> Checks)
{
    /// <summary>True if every check holds.</summary>
    public bool Ok => Checks.All(check => check.Ok);
}
