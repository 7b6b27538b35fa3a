using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>A member that a criterion looks at.</summary>
/// <param name="Member">The member.</param>
/// <param name="Part">What it is.</param>
/// <param name="IsBatchScale">True for scales of batch normalisation.</param>
internal sealed record CountedMember(GroupMember Member, MemberParts Part, bool IsBatchScale);
