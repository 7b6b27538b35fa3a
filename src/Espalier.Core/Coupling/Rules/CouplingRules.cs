using Espalier.Graphs;

namespace Espalier.Coupling.Rules;

/// <summary>Ties the axes of a node's inputs, outputs and parameters.</summary>
internal delegate void CouplingRule(CouplingContext context);

/// <summary>The coupling rules by operator. Operators without a rule freeze whatever they touch.</summary>
internal static class CouplingRules
{
    private static readonly Dictionary<string, CouplingRule> Table = Build();

    /// <summary>The rule of a node, or null.</summary>
    public static CouplingRule? Find(Node node) =>
        Table.GetValueOrDefault(node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}");

    private static Dictionary<string, CouplingRule> Build()
    {
        var table = new Dictionary<string, CouplingRule>(StringComparer.Ordinal);
        ElementwiseRules.Register(table);
        NormalizationRules.Register(table);
        ConvolutionRules.Register(table);
        SpatialRules.Register(table);
        ProductRules.Register(table);
        SegmentRules.Register(table);
        ReshapeRules.Register(table);
        LookupRules.Register(table);
        ReductionRules.Register(table);
        RecurrentRules.Register(table);
        AttentionRules.Register(table);
        QuantizedRules.Register(table);
        return table;
    }
}
