namespace Espalier.Evaluation;

/// <summary>How far an evaluation is.</summary>
/// <param name="Done">Windows done.</param>
/// <param name="Total">Windows in all.</param>
/// <param name="Perplexity">Perplexity over the windows done.</param>
public readonly record struct PerplexityProgress(int Done, int Total, double Perplexity);
