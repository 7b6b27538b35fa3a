namespace Espalier.Methods.Runs;

/// <summary>Where a run stands.</summary>
/// <param name="Stage">What is being done, for example <c>model.layers.3: statistics</c>.</param>
/// <param name="Fraction">Share of the work done, 0 to 1.</param>
/// <param name="Remaining">Estimated time left; null until it can be told.</param>
/// <param name="Finished">A layer that was just finished, for printing; null for mere progress.</param>
/// <param name="Note">Something that the user should know; null for mere progress.</param>
public sealed record RunProgress(string Stage, double Fraction, TimeSpan? Remaining, Reports.LayerReport? Finished = null, string? Note = null);
