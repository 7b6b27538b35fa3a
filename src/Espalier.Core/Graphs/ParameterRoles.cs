using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>Finds out from their readers what the parameters of a graph are. ONNX files do not say it.</summary>
internal static class ParameterRoles
{
    // Inputs that hold settings, whatever their type.
    private static readonly Dictionary<string, int[]> Settings = new(StringComparer.Ordinal)
    {
        ["Clip"] = [1, 2],
        ["Resize"] = [1, 2, 3],
        ["Upsample"] = [1],
        ["Pad"] = [1, 2, 3],
        ["Pow"] = [1],
        ["Dropout"] = [1, 2],
        ["QuantizeLinear"] = [1, 2],
        ["DequantizeLinear"] = [1, 2],
        ["Range"] = [0, 1, 2],
        ["OneHot"] = [1, 2],
        ["Attention"] = [3],
    };

    /// <summary>Assigns roles to the parameters of a graph and of the bodies in it.</summary>
    public static void Assign(Graph graph)
    {
        var used = new Dictionary<Parameter, ParameterRole>();
        Visit(graph, used);
    }

    private static void Visit(Graph graph, Dictionary<Parameter, ParameterRole> used)
    {
        foreach (var node in graph.Nodes)
        {
            for (var i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i]?.Parameter is not { } parameter) continue;
                var role = RoleAt(node, i, parameter);
                // One reader that learns it makes a weight.
                used[parameter] = used.TryGetValue(parameter, out var known) && known < role ? known : role;
            }
            foreach (var (_, value) in node.Attributes)
            {
                if (value is Graph body) Visit(body, used);
            }
        }
        foreach (var parameter in graph.Parameters.Values) parameter.Role = used.GetValueOrDefault(parameter, ParameterRole.Constant);
    }

    private static ParameterRole RoleAt(Node node, int input, Parameter parameter)
    {
        // Integers are weights only where they are quantised weights.
        if (!parameter.Data.ElementType.IsFloat()) return IsQuantisedWeight(node, input, parameter) ? ParameterRole.Weight : ParameterRole.Constant;
        if (node.OpType == "BatchNormalization" && input >= 3) return ParameterRole.Statistic;
        if (Settings.TryGetValue(node.OpType, out var inputs) && inputs.Contains(input)) return ParameterRole.Constant;
        if (node.OpType.StartsWith("QLinear", StringComparison.Ordinal) || node.Domain == "com.microsoft" && node.OpType.StartsWith('Q')) return ParameterRole.Constant;
        return parameter.Shape.ElementCount <= 1 && parameter.Shape.Rank == 0 ? ParameterRole.Constant : ParameterRole.Weight;
    }

    private static bool IsQuantisedWeight(Node node, int input, Parameter parameter)
    {
        if (parameter.Shape.Rank == 0 || parameter.Data.ElementType is not (ElementType.I8 or ElementType.U8 or ElementType.I16 or ElementType.U16 or ElementType.I32 or ElementType.I4 or ElementType.U4)) return false;
        return (node.OpType, input) switch
        {
            ("DequantizeLinear", 0) or ("ConvInteger" or "MatMulInteger", 1) or ("QLinearConv" or "QLinearMatMul", 3) or ("QLinearConv", 8) or ("QGemm", 3 or 6) => true,
            _ => false,
        };
    }
}
