namespace Espalier.Evaluation;

/// <summary>The outcome of one check of a model.</summary>
/// <param name="Check">What was checked, for example <c>masks</c>.</param>
/// <param name="Ok">True if it holds.</param>
/// <param name="Detail">What was found: counts if it holds; tensor, row, column or group if it does not.</param>
public sealed record VerificationCheck(string Check, bool Ok, string Detail);
