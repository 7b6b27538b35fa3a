namespace Espalier.Graphs.Shapes;

/// <summary>Sets the outputs of one operator.</summary>
internal delegate void ShapeRule(NodeShapes node);

/// <summary>The rules of all operators, by domain and name. A rule serves every version of its operator.</summary>
internal static class ShapeRules
{
    private static readonly Dictionary<string, ShapeRule> Onnx = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, ShapeRule> Microsoft = new(StringComparer.Ordinal);

    static ShapeRules()
    {
        Register(Onnx, ElementwiseRules.Onnx, ConvolutionRules.Onnx, PoolingRules.Onnx, NormalizationRules.Onnx, ProductRules.Onnx, EinsumRule.Onnx,
            ConcatRules.Onnx, SplitRules.Onnx, SliceRule.Onnx, PadRules.Onnx, ExpandRules.Onnx, LayoutRules.Onnx, ReshapeRule.Onnx,
            GatherRules.Onnx, SelectionRules.Onnx, ResizeRules.Onnx, SpatialRules.Onnx, ReductionRules.Onnx, GeneratorRules.Onnx,
            RecurrentRules.Onnx, AttentionRules.Onnx, QuantizationRules.Onnx, SignalRules.Onnx, ControlFlowRules.Onnx, LoopRules.Onnx);
        Register(Microsoft, ElementwiseRules.Microsoft, ConvolutionRules.Microsoft, PoolingRules.Microsoft, NormalizationRules.Microsoft, ProductRules.Microsoft,
            QuantizationRules.Microsoft, MicrosoftAttentionRules.Microsoft);
    }

    /// <summary>Domain and name of the operators that have a rule.</summary>
    public static IEnumerable<(string Domain, string Operator)> Operators => Onnx.Keys.Select(name => ("", name)).Concat(Microsoft.Keys.Select(name => ("com.microsoft", name)));

    /// <summary>The rule of a node's operator; null if the operator is not known.</summary>
    public static ShapeRule? Find(Node node) => node.Domain switch
    {
        "" or "ai.onnx" => Onnx.GetValueOrDefault(node.OpType),
        "com.microsoft" => Microsoft.GetValueOrDefault(node.OpType),
        _ => null,
    };

    private static void Register(Dictionary<string, ShapeRule> table, params ReadOnlySpan<IEnumerable<(string Operators, ShapeRule Rule)>> families)
    {
        foreach (var family in families)
        {
            foreach (var (operators, rule) in family)
            {
                foreach (var name in operators.Split(' ')) table.Add(name, rule);
            }
        }
    }
}
