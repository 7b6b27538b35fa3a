using Espalier.Graphs;

namespace Espalier.Coupling.Surgery;

/// <summary>A graph that was cut.</summary>
/// <param name="Graph">The smaller graph. Its parameters are views of the original ones until they are read.</param>
/// <param name="Kept">For each parameter that was cut, by name: for each axis the indices that were kept, null for all.</param>
public sealed record SurgeryResult(Graph Graph, IReadOnlyDictionary<string, IReadOnlyList<int[]?>> Kept);
