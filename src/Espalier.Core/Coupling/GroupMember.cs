using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>What an axis of a parameter does with the channels of a group.</summary>
public enum MemberRole
{
    /// <summary>Makes them: rows of a weight.</summary>
    Output,

    /// <summary>Consumes them: the axis that a product sums over.</summary>
    Input,

    /// <summary>Belongs to each of them: biases, scales, statistics, embeddings, depthwise kernels.</summary>
    Vector,
}

/// <summary>One axis of a parameter in a coupled group.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Axis">Its axis.</param>
/// <param name="Role">What the axis does with the channels.</param>
/// <param name="Units">For each index of the axis the unit that owns it, or -1 for an index that the group does not touch.</param>
public sealed record GroupMember(Parameter Parameter, int Axis, MemberRole Role, IReadOnlyList<int> Units)
{
    /// <summary>Parameter and axis.</summary>
    public override string ToString() => $"{Parameter.Name} axis {Axis} ({Role})";
}
