namespace Espalier.Evaluation;

/// <summary>Classification accuracy with its protocol.</summary>
/// <param name="Top1">Share of images whose highest logit is the label.</param>
/// <param name="Top5">Share of images whose label is among the five highest logits; null with fewer than six classes.</param>
/// <param name="Loss">Mean cross-entropy in nats.</param>
/// <param name="Images">Images counted.</param>
/// <param name="Data">Where the images come from, what was done with them, and the hash of the data.</param>
public sealed record AccuracyReport(double Top1, double? Top5, double Loss, int Images, string Data);
