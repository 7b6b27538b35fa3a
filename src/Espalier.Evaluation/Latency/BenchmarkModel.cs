using Espalier.Graphs;

namespace Espalier.Evaluation;

/// <summary>A model to time.</summary>
/// <param name="Name">Its path or label, as reports show it.</param>
/// <param name="Graph">Its graph in the cached form.</param>
public sealed record BenchmarkModel(string Name, Graph Graph);
