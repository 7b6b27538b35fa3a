using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>What a criterion needs to know to score one group.</summary>
/// <param name="Map">The coupled dimensions.</param>
/// <param name="Group">The group.</param>
/// <param name="Members">Members that count: those that make the channels first, then in the order of the graph.</param>
internal sealed record GroupScoring(CouplingMap Map, CoupledGroup Group, IReadOnlyList<CountedMember> Members);
