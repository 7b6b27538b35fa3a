using Espalier.Coupling;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Structure;

/// <summary>Tells from the nodes that read a parameter what a member of a group is.</summary>
internal sealed class MemberReaders(Graph graph)
{
    private readonly ILookup<Value, (Node Node, int Input)> _readers = graph.Nodes
        .SelectMany(node => node.Inputs.Select((value, i) => (value, node, i))).Where(use => use.value is not null)
        .ToLookup(use => use.value!, use => (use.node, use.i));

    /// <summary>What the member is; <see cref="MemberParts.None"/> for what never counts.</summary>
    public MemberParts Part(GroupMember member)
    {
        if (member.Parameter.Role != ParameterRole.Weight || !member.Parameter.Data.ElementType.IsFloat()) return MemberParts.None;
        if (member.Role != MemberRole.Vector) return MemberParts.Products;
        foreach (var (node, input) in Uses(member.Parameter.Value))
        {
            if (IsNormalization(node) && input == 1) return MemberParts.Scales;
            if ((IsNormalization(node) || IsProduct(node)) && input == 2) return MemberParts.Biases;
            if (node.OpType == "Conv" && input == 1) return MemberParts.Depthwise;
            if (node.OpType == "Add" && member.Parameter.Shape.ElementCount == member.Parameter.Shape[member.Axis]) return MemberParts.Biases;
        }
        return MemberParts.Others;
    }

    /// <summary>True if batch normalisation scales by the parameter.</summary>
    public bool IsBatchScale(Parameter parameter) => Uses(parameter.Value).Any(use => use.Node.OpType == "BatchNormalization" && use.Input == 1);

    /// <summary>Role, rank and readers of a member: equal for members that take the same place in networks of one architecture.</summary>
    public string Signature(GroupMember member)
    {
        var uses = Uses(member.Parameter.Value).Select(use => $"{use.Node.OpType}.{use.Input}").Distinct().Order(StringComparer.Ordinal);
        return $"{member.Role} {member.Parameter.Shape.Rank} {string.Join('+', uses)}";
    }

    /// <summary>Nodes that read a value, looked at through copies and casts.</summary>
    private IEnumerable<(Node Node, int Input)> Uses(Value value) => _readers[value].SelectMany(use =>
        use.Node.OpType is "Identity" or "Cast" ? Uses(use.Node.Output) : [use]);

    private static bool IsNormalization(Node node) => node.OpType is "BatchNormalization" or "LayerNormalization" or "RMSNormalization"
        or "SimplifiedLayerNormalization" or "InstanceNormalization" or "GroupNormalization";

    private static bool IsProduct(Node node) => node.OpType is "Conv" or "ConvTranspose" or "Gemm";
}
