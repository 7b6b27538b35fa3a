using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>Which units go, and what is left.</summary>
/// <param name="Removals">Units to remove by group; groups that stay whole are missing.</param>
/// <param name="Before">The model as it is.</param>
/// <param name="After">The model after the removal, as predicted.</param>
/// <param name="LeftWhole">Groups that were no candidates, with the reason.</param>
public sealed record RemovalPlan(IReadOnlyDictionary<CoupledGroup, IReadOnlyCollection<int>> Removals, StructureSize Before, StructureSize After, IReadOnlyList<string> LeftWhole);
