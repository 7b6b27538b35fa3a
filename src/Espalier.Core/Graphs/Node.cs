namespace Espalier.Graphs;

/// <summary>One operation with ONNX semantics.</summary>
public sealed class Node
{
    internal Node(string name, string opType, string domain, int opsetVersion, string scope, IReadOnlyList<Value?> inputs, IReadOnlyList<Value?> outputs, NodeAttributes attributes)
    {
        Name = name;
        OpType = opType;
        Domain = domain;
        OpsetVersion = opsetVersion;
        Scope = scope;
        Inputs = inputs;
        Outputs = outputs;
        Attributes = attributes;
        foreach (var output in outputs)
        {
            if (output is not null) output.Producer = this;
        }
    }

    /// <summary>Unique name in the graph.</summary>
    public string Name { get; }

    /// <summary>ONNX operator, for example <c>MatMul</c>.</summary>
    public string OpType { get; }

    /// <summary>Operator domain; empty for the ONNX domain.</summary>
    public string Domain { get; }

    /// <summary>Version of the operator set of the domain, by which the meaning of inputs and attributes goes.</summary>
    public int OpsetVersion { get; }

    /// <summary>Module path that the node belongs to, for example <c>model.layers.3.mlp</c>; empty outside modules.</summary>
    public string Scope { get; }

    /// <summary>Inputs in ONNX order; null where an optional input is left out.</summary>
    public IReadOnlyList<Value?> Inputs { get; }

    /// <summary>Outputs in ONNX order; null where an optional output is not wanted.</summary>
    public IReadOnlyList<Value?> Outputs { get; }

    /// <summary>Attributes by ONNX name.</summary>
    public NodeAttributes Attributes { get; }

    /// <summary>An input that must be present.</summary>
    /// <exception cref="EspalierException">The node has no such input.</exception>
    public Value Input(int index) => (index < Inputs.Count ? Inputs[index] : null)
        ?? throw new EspalierException($"{OpType} needs input {index}, which is missing", $"node '{Name}'");

    /// <summary>An input that may be left out.</summary>
    public Value? OptionalInput(int index) => index < Inputs.Count ? Inputs[index] : null;

    /// <summary>The first output.</summary>
    public Value Output => Outputs[0] ?? throw new EspalierException($"{OpType} has no first output", $"node '{Name}'");

    /// <summary>Operator and name.</summary>
    public override string ToString() => $"{OpType} '{Name}'";
}
