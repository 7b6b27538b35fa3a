using System.Diagnostics.CodeAnalysis;

namespace Espalier.Graphs;

/// <summary>A product of activations with a two-dimensional weight: what pruning methods for matrices work on.</summary>
public sealed class LinearLayer
{
    private LinearLayer(Node node, Parameter weight, bool outputsFirst)
    {
        Node = node;
        Weight = weight;
        OutputsFirst = outputsFirst;
    }

    /// <summary>The MatMul node.</summary>
    public Node Node { get; }

    /// <summary>The weight.</summary>
    public Parameter Weight { get; }

    /// <summary>True if the weight is stored [outputs, inputs] and transposed on use; false if it is stored [inputs, outputs].</summary>
    public bool OutputsFirst { get; }

    /// <summary>Module path, or the name of the node where there is none.</summary>
    public string Name => Node.Scope.Length > 0 ? Node.Scope : Node.Name;

    /// <summary>Activations that enter: [..., inputs].</summary>
    public Value Input => Node.Input(0);

    /// <summary>Number of output features.</summary>
    public int Outputs => checked((int)Weight.Shape[OutputsFirst ? 0 : 1]);

    /// <summary>Number of input features.</summary>
    public int Inputs => checked((int)Weight.Shape[OutputsFirst ? 1 : 0]);

    /// <summary>The layers among some nodes, in order. A weight that several nodes use appears once.</summary>
    public static IReadOnlyList<LinearLayer> In(IEnumerable<Node> nodes)
    {
        var layers = new List<LinearLayer>();
        var seen = new HashSet<Parameter>();
        foreach (var node in nodes)
        {
            if (TryFrom(node, out var layer) && seen.Add(layer.Weight)) layers.Add(layer);
        }
        return layers;
    }

    /// <summary>Name and shape.</summary>
    public override string ToString() => $"{Name} [{Outputs} x {Inputs}]";

    private static bool TryFrom(Node node, [NotNullWhen(true)] out LinearLayer? layer)
    {
        layer = null;
        if (node.OpType != "MatMul") return false;
        var second = node.Input(1);
        var transposed = second.Producer is { OpType: "Transpose" } transpose && transpose.Input(0).Parameter is not null;
        var weight = transposed ? second.Producer!.Input(0).Parameter : second.Parameter;
        if (weight is not { IsConstant: false } || weight.Shape.Rank != 2) return false;
        layer = new LinearLayer(node, weight, transposed);
        return true;
    }
}
