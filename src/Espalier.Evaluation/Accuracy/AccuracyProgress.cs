namespace Espalier.Evaluation;

/// <summary>How far an evaluation of images is.</summary>
/// <param name="Done">Images done.</param>
/// <param name="Total">Images in all.</param>
/// <param name="Top1">Share of the images done that were classified correctly.</param>
public readonly record struct AccuracyProgress(int Done, int Total, double Top1);
